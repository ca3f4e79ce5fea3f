// Options of converting a model: the precision, how it is packed, which layers otherwise.
// What they come to for a model is decided by `conversionWish`; nothing is read or written here.
import { z } from "zod";
import { ConfigError, UsageError } from "../core/errors.ts";
import { flags } from "../core/flags.ts";
import { PACKING_MODES, packingProblem, usualBits, usualGroupSize } from "../models/kit/index.ts";
import { MIXTURES, type PackingWish } from "../models/packing-choice.ts";
import type { ConversionWish } from "./conversion.ts";
import { PRECISIONS } from "./precisions.ts";

/** By the word of `--output-format`: why it is not written, and what writes it. */
const otherFormats: Readonly<Record<string, { why: string; instead: string }>> = {
  gguf: {
    why: "GGUF is one file, and not a folder of weights",
    instead: "ft export gguf MODEL FILE --quant q8_0 writes it",
  },
  onnx: {
    why: "ONNX holds a fixed graph of operations, and what is computed here is no such graph",
    instead: "optimum-cli export onnx --model FOLDER makes it of a folder that is not quantized",
  },
  coreml: {
    why: "Core ML's converter takes a program that PyTorch traced, and there is none here",
    instead: "on a Mac ft and mlx-lm run the folder on the GPU as it is; coremltools makes Core ML",
  },
};

const LayerBits = z.union([z.int().min(2).max(8), z.literal("dense")]);

export const ConversionOptions = z.strictObject({
  outputFormat: z
    .enum(["safetensors", "gguf", "onnx", "coreml"])
    .default("safetensors")
    .describe("Format of the files; for the others the command that writes them is named")
    .register(flags, { long: "output-format", value: "NAME" }),
  dtype: z
    .enum(PRECISIONS)
    .optional()
    .describe("Precision of the weights that are not quantized; default: as stored")
    .register(flags, { value: "NAME" }),
  quantize: z
    .enum(PACKING_MODES)
    .optional()
    .describe("Quantize linear layers and embeddings, in this mode of MLX")
    .register(flags, { short: "q", value: "MODE" }),
  bits: z
    .int()
    .optional()
    .describe("Bits per weight: 2, 3, 4 (the default), 5, 6 or 8 in mode affine")
    .register(flags, { value: "N" }),
  groupSize: z
    .int()
    .optional()
    .describe("Weights that share a scale: 32 (the default), 64 or 128 in mode affine")
    .register(flags, { long: "group-size", value: "N" }),
  mixture: z
    .enum(MIXTURES)
    .optional()
    .describe("Mixed recipe of mlx-lm: fewer bits for most layers, more for some")
    .register(flags, { long: "recipe", value: "NAME" }),
  layer: z
    .record(z.string(), LayerBits)
    .default({})
    .describe(
      "Bits of the layers with matching names (* matches anything), or dense; the last match wins",
    )
    .register(flags, { value: "PATTERN=BITS" }),
  nearest: z
    .boolean()
    .default(false)
    .describe("Quantize each group with the better of two fits: slightly less loss than MLX's own"),
  dequantize: z.boolean().default(false).describe("Unpack a quantized model"),
});

export type ConversionOptions = z.infer<typeof ConversionOptions>;

function refuseFormat(format: string): void {
  const other = otherFormats[format];
  if (other === undefined) return;
  throw new UsageError("FT-USAGE-015", { message: other.why, hint: other.instead });
}

function packingOf(options: ConversionOptions): PackingWish | undefined {
  const { bits, groupSize, mixture, layer } = options;
  const isAsked = [options.quantize, bits, groupSize, mixture].some((one) => one !== undefined);
  if (!isAsked && Object.keys(layer).length === 0) return undefined;
  const mode = options.quantize ?? "affine";
  const packing = {
    mode,
    bits: bits ?? usualBits(mode),
    groupSize: groupSize ?? usualGroupSize(mode),
  };
  const problem =
    mixture !== undefined && mode !== "affine"
      ? `${mixture} is a recipe for mode affine, not for ${mode}`
      : packingProblem(packing);
  if (problem !== undefined) {
    const own = `--bits ${usualBits(mode)} --group-size ${usualGroupSize(mode)}`;
    const hint = `--quantize ${mode} ${own}, or --quantize affine with others`;
    throw new ConfigError("FT-CONFIG-082", { message: problem, hint });
  }
  return { ...packing, mixture, layers: layer };
}

/**
 * What the options ask for.
 * @throws UsageError FT-USAGE-015 for a format that is not written, 009 for what excludes each other; ConfigError
 * FT-CONFIG-082 for a packing that there is not.
 */
export function conversionWish(options: ConversionOptions): ConversionWish {
  refuseFormat(options.outputFormat);
  const { dtype, dequantize: unpacks, nearest: isNearest } = options;
  const packing = packingOf(options);
  if (packing === undefined || !unpacks) return { dtype, packing, isNearest, unpacks };
  throw new UsageError("FT-USAGE-009", {
    message: "quantizing and --dequantize are both asked for",
    hint: "Give one of them: first --dequantize into a folder, then quantize that",
  });
}
