// A result onto the hub: ft upload, as a task. What the hub has already is not sent again; the token is the environment's.
import { uploadResult } from "../../share/upload/upload-result.ts";
import type { UploadParameters } from "../kinds/upload.ts";
import type { Task } from "./types.ts";

export const upload: Task<UploadParameters> = async (given, { signal, progress, log }) => {
  const { repository, bytes, files, warnings, leftOut, commit, isNew } = await uploadResult({
    ...given,
    isPrivate: given.isPrivate,
    dryRun: false,
    signal,
    onProgress: ({ bytes: done, total, secondsLeft }) =>
      progress({ done, total, of: "bytes", secondsLeft: secondsLeft ?? null }),
  });
  for (const warning of warnings) log("warn", warning);
  for (const { path, why } of leftOut) log("info", `${path} was left out: ${why}`);
  return { repository, commit, isNew, files: files.length, bytes };
};
