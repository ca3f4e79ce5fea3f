// Options of the model to start from: which one, which revision, in which precision.
// Not the model's own config.json, which each architecture describes itself.
import { z } from "zod";
import { ConfigError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import type { Packing } from "../mx/index.ts";
import { PACKING_MODES, packingProblem, usualGroupSize } from "./kit/quantization.ts";

export const TORCH_DTYPES = ["auto", "checkpoint", "float32", "float16", "bfloat16"] as const;

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
    .describe("Folder for downloaded models; null is the Hugging Face cache")
    .register(flags, { value: "FOLDER" }),
  load_in_4bit: z
    .boolean()
    .default(false)
    .describe("Quantize the base model to 4 bits when loading (QLoRA)"),
  load_in_8bit: z
    .boolean()
    .default(false)
    .describe("Quantize the base model to 8 bits when loading"),
  quantization_mode: z
    .enum(PACKING_MODES)
    .default("affine")
    .describe("Quantization mode when loading; mxfp4 and nvfp4 have 4 bits, mxfp8 has 8"),
  quantization_group_size: z
    .int()
    .nullable()
    .default(null)
    .describe("Weights that share a scale; null is the smallest group of the mode, 32 for affine")
    .register(flags, { value: "N" }),
  torch_dtype: z
    .enum(TORCH_DTYPES)
    .default("auto")
    .describe(
      "Precision of the base weights; checkpoint is the model's own, auto as well, or float32 where 16 bits are slow",
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

type QuantizationOptions = Pick<
  ModelOptions,
  "load_in_4bit" | "load_in_8bit" | "quantization_mode" | "quantization_group_size"
>;

/**
 * How the base is packed while it is loaded; undefined where that is not asked for.
 * @throws ConfigError FT-CONFIG-064 for a packing that there is not.
 */
export function wantedPacking({
  load_in_4bit,
  load_in_8bit,
  quantization_mode: mode,
  quantization_group_size,
}: QuantizationOptions): Packing | undefined {
  if (load_in_4bit && load_in_8bit)
    throw noPacking("load_in_8bit", "4 bits and 8 bits are both given");
  if (!load_in_4bit && !load_in_8bit) return undefined;
  const groupSize = quantization_group_size ?? usualGroupSize(mode);
  const packing = { mode, bits: load_in_4bit ? 4 : 8, groupSize };
  const problem = packingProblem(packing);
  if (problem !== undefined) throw noPacking("quantization_mode", problem);
  return packing;
}

function noPacking(field: string, message: string): ConfigError {
  const hint = "--load-in-4bit alone: affine, groups of 32";
  return new ConfigError("FT-CONFIG-064", { at: { field: `model.${field}` }, message, hint });
}
