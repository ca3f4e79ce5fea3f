// A model in a form that other programs read: ft export, as a task.
import { statSync } from "node:fs";
import { exportModel } from "../../share/export-model.ts";
import type { ExportParameters } from "../kinds/export.ts";
import type { Task, TaskContext } from "./types.ts";

/**
 * Whether an earlier try wrote it and was ended before it could say so: what is written appears whole, and nothing was
 * there when that try began.
 */
function isWritten(output: string, { earlier }: TaskContext): boolean {
  const found = statSync(output, { throwIfNoEntry: false });
  return found !== undefined && earlier !== null && found.ctimeMs >= earlier;
}

export const exportAs: Task<ExportParameters> = async (parameters, context) => {
  const { signal, progress, log } = context;
  const { output, format, model } = parameters;
  if (isWritten(output, context)) {
    log("info", `${output} was already written by an earlier attempt`);
    return { format, model, output };
  }
  const { notes, ...made } = await exportModel({
    ...parameters,
    signal,
    onProgress: ({ bytes, total }) =>
      progress({ done: bytes, total, of: "bytes", secondsLeft: null }),
  });
  for (const note of notes) log("info", note);
  return made;
};
