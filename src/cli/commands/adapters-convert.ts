// ft adapters convert: an adapter in the form of another program.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import { writtenAdapterText } from "../render/adapters.ts";
import { downloadNote } from "../render/download.ts";

export const adaptersConvert = defineCommand({
  name: "adapters convert",
  summary: "Convert an adapter to another program's format, and list what is lost",
  arguments: {
    adapter: { about: "Folder of an adapter of ft, mlx-lm or PEFT, or of a run" },
    output: { about: "Folder to write, which must not exist yet" },
  },
  options: z.strictObject({
    to: z
      .string()
      .describe("Format to write: peft or mlx (of mlx-lm and ft)")
      .register(flags, { value: "FORM" }),
    baseModel: z
      .string()
      .optional()
      .describe("Base model of the adapter, instead of the one that its file names")
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
