// An adapter and its base as one model: ft merge, as a task.
import { statSync } from "node:fs";
import { mergeModel } from "../../share/merge-model.ts";
import type { MergeParameters } from "../kinds/merge.ts";
import type { Task } from "./types.ts";

export const merge: Task<MergeParameters> = async (parameters, context) => {
  const { signal, progress, log, earlier } = context;
  const { output } = parameters;
  // what is written appears whole: an earlier try was ended before it could say so
  const there = statSync(output, { throwIfNoEntry: false });
  if (there !== undefined && earlier !== null && there.ctimeMs >= earlier) {
    log("info", `${output} was already written by an earlier attempt`);
    return { outputDir: output };
  }
  const { warnings, ...made } = await mergeModel({
    ...parameters,
    signal,
    onProgress: ({ bytes, total }) =>
      progress({ done: bytes, total, of: "bytes", secondsLeft: null }),
  });
  for (const warning of warnings) log("warn", warning);
  return made;
};
