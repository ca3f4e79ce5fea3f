// Options of the model to start from: which one, which revision, in which precision.
// Not the model's own config.json, which each architecture describes itself.
import { z } from "zod";
import { flags } from "../core/flags.ts";

export const TORCH_DTYPES = ["auto", "float32", "float16", "bfloat16"] as const;

export const ModelOptions = z.strictObject({
  name: z
    .string()
    .default("")
    .describe("Hub id, folder, .gguf file, or builtin/tiny")
    .register(flags, { long: "model", value: "MODEL" }),
  revision: z
    .string()
    .nullable()
    .default(null)
    .describe("Branch, tag or commit on the Hub; null is the default branch")
    .register(flags, { value: "REVISION" }),
  cache_dir: z
    .string()
    .nullable()
    .default(null)
    .describe("Where downloaded models are kept; null is the Hugging Face cache")
    .register(flags, { value: "FOLDER" }),
  load_in_4bit: z
    .boolean()
    .default(false)
    .describe("Quantize the base model to 4 bits when loading (QLoRA)")
    .register(flags, { notBuilt: true }),
  torch_dtype: z
    .enum(TORCH_DTYPES)
    .default("auto")
    .describe(
      "Precision of the base weights; auto is the model's own, or float32 where 16 bits are slow",
    ),
  trust_remote_code: z
    .boolean()
    .refine((trusted) => !trusted, {
      error: "Code from a model repository is never run: trust_remote_code must be false",
    })
    .default(false)
    .describe("Must stay false: code from a model repository is never run")
    .register(flags, { hidden: true }),
});

export type ModelOptions = z.infer<typeof ModelOptions>;
