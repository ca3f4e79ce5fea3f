// A model of the hub into the cache: ft models pull, as a task. What is on the disk already is not fetched again.
import { pullModel } from "../../models/pull-model.ts";
import type { DownloadParameters } from "../kinds/download.ts";
import type { Task } from "./types.ts";

export const download: Task<DownloadParameters> = async (
  { model, revision, quantize, output },
  { signal, progress },
) =>
  await pullModel({
    ...{ model, revision, signal },
    ...(quantize !== undefined && { bits: Number(quantize[0]), folder: output }),
    onDownload: ({ bytes, total, secondsLeft, bytesPerSecond = null }) =>
      progress({
        ...{ done: bytes, total, of: "bytes", secondsLeft: secondsLeft ?? null },
        figures: { bytesPerSecond },
      }),
    onProgress: ({ bytes, total }) =>
      progress({ done: bytes, total, of: "bytes", secondsLeft: null, phase: "quantizing" }),
  });
