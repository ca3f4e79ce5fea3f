// Options of an export, for all formats together; each says which it takes (format.ts).
// What they come to is the format's business.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { PRECISIONS } from "../precisions.ts";

export const ExportOptions = z.strictObject({
  quant: z
    .string()
    .optional()
    .describe("Quantize, in one of the format's ways; a wrong word lists them")
    .register(flags, { short: "q", value: "NAME" }),
  dtype: z
    .enum(PRECISIONS)
    .optional()
    .describe("Precision of all that is not quantized; without it, as stored")
    .register(flags, { value: "NAME" }),
  shardSize: z
    .string()
    .optional()
    .describe("Cut the weights into files of at most this size, such as 5GB")
    .register(flags, { long: "shard-size", value: "SIZE" }),
  system: z
    .string()
    .optional()
    .describe("System message where a request has none, instead of the template's own")
    .register(flags, { value: "TEXT" }),
  adapterOnly: z
    .boolean()
    .optional()
    .describe("Export the adapter by itself, to be put on its base there")
    .register(flags, { long: "adapter-only" }),
  from: z
    .string()
    .optional()
    .describe("What the adapter is put on in Ollama: a name of ollama list, or a .gguf file")
    .register(flags, { value: "NAME" }),
});

export type ExportOptions = z.infer<typeof ExportOptions>;
