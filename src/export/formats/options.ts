// Options of an export, for all formats together; each says which it takes (format.ts).
// What they come to is the format's business.
import { z } from "zod";
import { flags } from "../../core/flags.ts";
import { PRECISIONS } from "../precisions.ts";

export const ExportOptions = z.strictObject({
  quant: z
    .string()
    .optional()
    .describe("Quantization of the format; an unknown name lists them")
    .register(flags, { short: "q", value: "NAME" }),
  dtype: z
    .enum(PRECISIONS)
    .optional()
    .describe("Precision of the weights that are not quantized; default: as stored")
    .register(flags, { value: "NAME" }),
  shardSize: z
    .string()
    .optional()
    .describe("Split the weights into files of at most this size, such as 5GB")
    .register(flags, { long: "shard-size", value: "SIZE" }),
  system: z
    .string()
    .optional()
    .describe("System message for requests without one, instead of the template's own")
    .register(flags, { value: "TEXT" }),
  adapterOnly: z
    .boolean()
    .optional()
    .describe("Export only the adapter, to use it with its base model there")
    .register(flags, { long: "adapter-only" }),
  from: z
    .string()
    .optional()
    .describe("Base model of the adapter in Ollama: a name of ollama list, or a .gguf file")
    .register(flags, { value: "NAME" }),
});

export type ExportOptions = z.infer<typeof ExportOptions>;
