// Export as a job: ft export, whose result appears whole or not at all.
import { z } from "zod";
import { ExportOptions } from "../../../export/formats/options.ts";
import { absolute, found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const ExportParameters = ExportOptions.extend({
  format: z.string().min(1),
  /** Hub id, folder, .gguf file, builtin/tiny, or a folder of an adapter or a run. */
  model: z.string().min(1),
  /** Folder or file to write, which must not exist yet. */
  output: z.string().min(1),
  adapter: z.string().optional(),
  baseModel: z.string().optional(),
  revision: z.string().optional(),
});

export type ExportParameters = z.infer<typeof ExportParameters>;

export const exportKind = taskKind({
  about: "writes a model in a format that other programs read, as ft export does",
  parameters: ExportParameters,
  jobsAtOnce: 1,
  title: ({ format, model, output }) => `${model} as ${format} into ${output}`,
  prepare: async (given) => {
    const { exportFormats } = await import("../../../export/formats/index.ts");
    const { requireNothingAt } = await import("../../../export/whole-output.ts");
    const format = exportFormats.get(given.format);
    const { model, adapter, baseModel } = given;
    const output = absolute(given.output);
    await requireNothingAt(output, format.output);
    return {
      ...{ ...given, output, model: found(model) },
      ...(adapter !== undefined && { adapter: absolute(adapter) }),
      ...(baseModel !== undefined && { baseModel: found(baseModel) }),
    };
  },
  task: "export",
});
