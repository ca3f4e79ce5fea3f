// Which of the forms that other programs read a model can be written in, and why not in the others: planned from names and
// shapes, as writing it begins. Reads no weights, downloads nothing, writes nothing.
import { existsSync } from "node:fs";
import { FtError } from "../../core/errors.ts";
import { exportFormats } from "../../export/formats/index.ts";
import { isBuiltin } from "../../weights/builtin.ts";
import { exportSource } from "./export-source.ts";

export interface FormProblem {
  format: string;
  message: string;
  hint: string | null;
}

/** A model of the hub would have to be fetched first. */
const isHere = (model: string): boolean => isBuiltin(model) || existsSync(model);

async function problemWith(format: string, model: string): Promise<FormProblem[]> {
  try {
    const source = await exportSource({ format, model });
    await exportFormats.get(format).plan(source, {});
    return [];
  } catch (error) {
    if (!(error instanceof FtError)) throw error;
    return [{ format, message: error.message, hint: error.hint ?? null }];
  }
}

/**
 * The forms in which it cannot be written; undefined for what is not on this disk. `model`: a built-in name, a folder, a
 * .gguf file, or the folder of an adapter or a run.
 */
export async function formProblems(model: string): Promise<FormProblem[] | undefined> {
  if (!isHere(model)) return undefined;
  const problems: FormProblem[] = [];
  // an adapter's own form is no form of a whole model
  const names = exportFormats.names().filter((name) => exportFormats.get(name).holds !== "adapter");
  for (const format of names) problems.push(...(await problemWith(format, model)));
  return problems;
}
