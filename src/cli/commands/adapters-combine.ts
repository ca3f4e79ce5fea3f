// ft adapters combine: several adapters of one base as one.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { writtenAdapterText } from "../render/adapters.ts";
import { downloadNote } from "../render/download.ts";

export const adaptersCombine = defineCommand({
  name: "adapters combine",
  summary:
    "Combine several adapters of one base model into one: sum, concatenation, TIES, DARE or SVD",
  arguments: { adapters: { about: "Folders of adapters of one base", many: true } },
  options: z.strictObject({
    output: z
      .string()
      .describe("Folder to write, which must not exist yet")
      .register(flags, { short: "o", value: "FOLDER" }),
    method: z
      .string()
      .default("cat")
      .describe(
        "linear, cat (exactly the sum), ties, dare-linear, dare-ties, magnitude-prune or svd",
      )
      .register(flags, { value: "NAME" }),
    weights: z
      .array(z.number())
      .optional()
      .describe("Weight of each adapter, in order; default: 1 each")
      .register(flags, { value: "NUMBERS" }),
    density: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe("Share of the numbers that ties, dare and magnitude-prune keep")
      .register(flags, { value: "P" }),
    rank: z
      .int()
      .positive()
      .optional()
      .describe("Rank of the result of svd; default: the largest rank of the adapters")
      .register(flags, { value: "N" }),
    to: z
      .string()
      .default("mlx")
      .describe("Format to write: peft or mlx (of mlx-lm and ft)")
      .register(flags, { value: "FORM" }),
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapters, instead of the one that their files name")
      .register(flags, { long: "base-model", value: "MODEL" }),
    seed: z
      .int()
      .min(0)
      .default(0)
      .describe("Seed of the weights that dare drops")
      .register(flags, { value: "N" }),
  }),
  examples: [
    "ft adapters combine ./style ./facts -o ./both --weights 1,0.5",
    "ft adapters combine ./one ./two -o ./both --method ties --density 0.3",
  ],
  run: async (input, io) => {
    const { combineFolders } = await import("../../app/share/adapter-commands.ts");
    const made = await combineFolders(input.operands, {
      ...input.options,
      onDownload: downloadNote(io),
      signal: io.signal,
    });
    io.show(made, () => writtenAdapterText(made));
  },
});
