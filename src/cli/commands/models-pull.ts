// ft models pull: bring a model onto this disk, once; and a quantized copy of it where that is asked for.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { defineCommand } from "../define-command.ts";
import type { Io } from "../io.ts";
import { conversionNote, convertedText } from "../render/conversion.ts";
import { downloadNote } from "../render/download.ts";
import { revisionOption } from "./revision-option.ts";

/** What is asked for besides the model itself. */
interface Copy {
  model: string;
  revision: string | undefined;
  bits: number;
  folder: string | undefined;
}

async function pullQuantized({ model, revision, bits, folder }: Copy, io: Io): Promise<void> {
  const { pullQuantizedModel } = await import("../../app/models/pull-quantized.ts");
  const made = await pullQuantizedModel({
    ...{ model, revision, bits, folder },
    onDownload: downloadNote(io),
    onProgress: conversionNote(io),
    signal: io.signal,
  });
  io.show(made, () => convertedText(made));
}

export const modelsPull = defineCommand({
  name: "models pull",
  summary: "Download a model into the cache, and optionally quantize it",
  arguments: { model: { about: "Hub id" } },
  options: z.strictObject({
    quantize: z
      .enum(["4bit", "8bit"])
      .optional()
      .describe("Write a quantized copy as well, into ./models/NAME-4bit or -8bit")
      .register(flags, { short: "q", value: "4bit|8bit" }),
    output: z
      .string()
      .optional()
      .describe("Folder of the quantized copy")
      .register(flags, { short: "o", value: "FOLDER" }),
    revision: revisionOption,
  }),
  examples: [
    "ft models pull HuggingFaceTB/SmolLM2-135M-Instruct",
    "ft models pull HuggingFaceTB/SmolLM2-135M-Instruct -r main -q 4bit",
  ],
  run: async (input, io) => {
    const { quantize, revision, output: folder } = input.options;
    const model = input.arguments.model ?? "";
    if (quantize !== undefined)
      return await pullQuantized({ model, revision, bits: Number(quantize[0]), folder }, io);
    const { fetchModel } = await import("../../models/open-model.ts");
    const origin = { name: model, revision: revision ?? null, cache_dir: null };
    const found = await fetchModel(origin, { onProgress: downloadNote(io), signal: io.signal });
    io.show(found, () => found.folder);
  },
});
