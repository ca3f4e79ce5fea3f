// Merging as a job: ft merge, whose result appears whole or not at all, with how much of the adapter is left in it.
import { z } from "zod";
import { ConversionOptions } from "../../../export/options.ts";
import { absolute, found } from "./paths.ts";
import { taskKind } from "./task-kind.ts";

export const MergeParameters = ConversionOptions.pick({
  ...{ dtype: true, quantize: true, bits: true, groupSize: true },
}).extend({
  /** Folder of an adapter, or of a run. */
  adapter: z.string().min(1),
  /** Folder to write, which must not exist yet. */
  output: z.string().min(1),
  baseModel: z.string().optional(),
  /** Rows with answers that base, adapter and result are asked; of a run without it its validation rows. */
  prompts: z.string().optional(),
  numPrompts: z.int().positive().default(20),
  /** Writes a result too that has lost what the adapter learned. */
  force: z.boolean().default(false),
});

export type MergeParameters = z.infer<typeof MergeParameters>;

export const mergeKind = taskKind({
  about: "merges an adapter into its base model, as ft merge does",
  parameters: MergeParameters,
  jobsAtOnce: 1,
  title: ({ adapter, output }) => `${adapter} merged into ${output}`,
  prepare: async (given) => {
    const { requireNothingAt } = await import("../../../export/whole-output.ts");
    const { adapter, baseModel, prompts } = given;
    const output = absolute(given.output);
    await requireNothingAt(output);
    return {
      ...{ ...given, output, adapter: absolute(adapter) },
      ...(baseModel !== undefined && { baseModel: found(baseModel) }),
      ...(prompts !== undefined && { prompts: found(prompts) }),
    };
  },
  task: "merge",
});
