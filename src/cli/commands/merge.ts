// ft merge: an adapter in the weights of its base, as a model of its own.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { ConversionOptions } from "../../export/options.ts";
import { defineCommand } from "../define-command.ts";
import { conversionNote } from "../render/conversion.ts";
import { downloadNote } from "../render/download.ts";
import { mergedText } from "../render/merged.ts";

export const merge = defineCommand({
  name: "merge",
  summary: "Merge an adapter into its base model, and measure how much of its effect is kept",
  arguments: {
    adapter: { about: "Folder of an adapter of ft, mlx-lm or PEFT, or of a run" },
    output: { about: "Folder to write, which must not exist yet" },
  },
  options: ConversionOptions.pick({
    dtype: true,
    quantize: true,
    bits: true,
    groupSize: true,
  }).extend({
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapter, instead of the one that its file names")
      .register(flags, { long: "base-model", value: "MODEL" }),
    prompts: z
      .string()
      .optional()
      .describe(
        "Rows with answers to compare base, adapter and result on; default for a run: its validation rows",
      )
      .register(flags, { value: "FILE" }),
    numPrompts: z
      .int()
      .positive()
      .default(20)
      .describe("Number of these rows")
      .register(flags, { long: "num-prompts", value: "N" }),
    force: z
      .boolean()
      .default(false)
      .describe("Write the result even if it loses what the adapter learned"),
    revision: z
      .string()
      .optional()
      .describe("Branch, tag or commit of the base on the Hub")
      .register(flags, { short: "r", value: "REVISION" }),
  }),
  examples: [
    "ft merge ./output ./tuned --dtype bfloat16",
    "ft merge ./peft-adapter ./tuned --base-model Qwen/Qwen3-0.6B --prompts held-out.jsonl",
  ],
  run: async (input, io) => {
    const { mergeModel } = await import("../../app/share/merge-model.ts");
    const { adapter = "", output = "" } = input.arguments;
    const made = await mergeModel({
      ...input.options,
      adapter,
      output,
      onDownload: downloadNote(io),
      onProgress: conversionNote(io, "writing"),
      signal: io.signal,
    });
    io.show(made, () => mergedText(made));
  },
});
