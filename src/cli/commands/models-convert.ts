// ft models convert: a model written as another folder, in another precision, quantized or not.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { ConversionOptions } from "../../export/options.ts";
import { defineCommand } from "../define-command.ts";
import { conversionNote, convertedText } from "../render/conversion.ts";
import { downloadNote } from "../render/download.ts";
import { revisionOption } from "./revision-option.ts";

export const modelsConvert = defineCommand({
  name: "models convert",
  summary: "Write a model as another folder: in another precision, quantized or unpacked",
  arguments: {
    model: { about: "Hub id, folder, .gguf file, or builtin/tiny" },
    output: { about: "Folder to write, which must not exist yet" },
  },
  options: ConversionOptions.extend({
    perplexity: z
      .string()
      .optional()
      .describe("Text file whose perplexity is measured before and after")
      .register(flags, { value: "FILE" }),
    perplexityTokens: z
      .int()
      .min(2)
      .default(4096)
      .describe("Tokens of that text, from its beginning")
      .register(flags, { long: "perplexity-tokens", value: "N" }),
    baseModel: z
      .string()
      .optional()
      .describe(
        "Base model of the training, to report how much of the training the quantized layers keep",
      )
      .register(flags, { value: "MODEL" }),
    revision: revisionOption,
  }),
  examples: [
    "ft models convert HuggingFaceTB/SmolLM2-135M-Instruct ./smollm2-4bit --quantize affine --bits 4",
    "ft models convert ./model ./mixed --recipe mixed_4_6 --layer 'lm_head=8' --perplexity book.txt",
    "ft models convert ./output/final_model ./tuned-4bit --quantize affine --base-model builtin/tiny",
    "ft models convert ./smollm2-4bit ./plain --dequantize --dtype bfloat16",
  ],
  run: async (input, io) => {
    const { convertModel } = await import("../../app/models/convert-model.ts");
    const { perplexity, ...options } = input.options;
    const made = await convertModel({
      ...options,
      model: input.arguments.model ?? "",
      folder: input.arguments.output ?? "",
      perplexityFile: perplexity,
      onDownload: downloadNote(io),
      onProgress: conversionNote(io),
      signal: io.signal,
    });
    io.show(made, () => convertedText(made));
  },
});
