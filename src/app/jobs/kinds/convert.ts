// Converting as a job: ft models convert, whose result appears whole or not at all.
import { existsSync } from "node:fs";
import { z } from "zod";
import { ConversionOptions } from "../../../export/options.ts";
import { absolute, found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const ConvertParameters = ConversionOptions.omit({ outputFormat: true }).extend({
  /** Hub id, folder, also of a run, .gguf file, or a built-in name. */
  model: z.string().min(1),
  /** Folder to write, which must not exist yet. */
  output: z.string().min(1),
  /** What it was trained from: how much of the training is left is measured then. */
  baseModel: z.string().min(1).optional(),
  /** A text file: how well the model foretells it, before and after. */
  perplexityFile: z.string().min(1).optional(),
});

export type ConvertParameters = z.infer<typeof ConvertParameters>;

export const convertKind = taskKind({
  about: "writes a model in another precision, quantized or unpacked, as ft models convert does",
  parameters: ConvertParameters,
  jobsAtOnce: 1,
  title: ({ model, output }) => `${model} converted into ${output}`,
  prepare: async (given) => {
    const { requireNothingAt } = await import("../../../export/whole-output.ts");
    const { model, baseModel, perplexityFile } = given;
    const { trainedFolder } = await import("../../../runs/index.ts");
    const output = absolute(given.output);
    const place = found(model);
    await requireNothingAt(output);
    return {
      ...{ ...given, output, model: existsSync(place) ? trainedFolder(place) : place },
      ...(baseModel !== undefined && { baseModel: found(baseModel) }),
      ...(perplexityFile !== undefined && { perplexityFile: absolute(perplexityFile) }),
    };
  },
  task: "convert",
});
