// A model in another precision, packed or unpacked: ft models convert, as a task.
import { statSync } from "node:fs";
import { convertModel } from "../../models/convert-model.ts";
import type { ConvertParameters } from "../kinds/convert.ts";
import type { Task } from "./types.ts";

export const convert: Task<ConvertParameters> = async (parameters, context) => {
  const { signal, progress, log, earlier } = context;
  const { output, ...options } = parameters;
  // what is written appears whole: an earlier try was ended before it could say so
  const there = statSync(output, { throwIfNoEntry: false });
  if (there !== undefined && earlier !== null && there.ctimeMs >= earlier) {
    log("info", `${output} was already written by an earlier attempt`);
    return { outputDir: output };
  }
  const { folder, ...made } = await convertModel({
    ...options,
    folder: output,
    signal,
    onProgress: ({ bytes, total }) =>
      progress({ done: bytes, total, of: "bytes", secondsLeft: null }),
  });
  if (made.survival?.lost === true) log("warn", "the result has lost what was trained");
  return { ...made, outputDir: folder };
};
