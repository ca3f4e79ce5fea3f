// ft adapters convert: an adapter in the form of another program.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { writtenAdapterText } from "../render/adapters.ts";
import { downloadNote } from "../render/download.ts";

export const adaptersConvert = defineCommand({
  name: "adapters convert",
  summary: "Write an adapter in the form of another program, and what that cannot hold",
  arguments: {
    adapter: { about: "Folder of an adapter of ft, mlx-lm or PEFT, or of a run" },
    output: { about: "Folder to write, which must not be there yet" },
  },
  options: z.strictObject({
    to: z
      .string()
      .describe("Form to write: peft or mlx (mlx-lm's, and ft's own)")
      .register(flags, { value: "FORM" }),
    baseModel: z
      .string()
      .optional()
      .describe("The model that the adapter belongs to, where its file names another place")
      .register(flags, { long: "base-model", value: "MODEL" }),
  }),
  examples: [
    "ft adapters convert ./output ./for-peft --to peft",
    "ft adapters convert ./of-peft ./own --to mlx --base-model Qwen/Qwen3-0.6B",
  ],
  run: async (input, io) => {
    const { convertAdapter } = await import("../../app/share/adapter-commands.ts");
    const { adapter = "", output = "" } = input.arguments;
    const asked = { ...input.options, output, onDownload: downloadNote(io), signal: io.signal };
    const made = await convertAdapter(adapter, asked);
    io.show(made, () => writtenAdapterText(made));
  },
});
