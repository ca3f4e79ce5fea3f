// Stretched rotary positions in GGUF: by name in the metadata, or as a tensor of factors, which is how Llama 3.1 is stored.
import type { GgufModelFile } from "./architecture.ts";

interface Rotation {
  /** Numbers of a head that turn. */
  dims: number;
  base: number;
}

/** What llama.cpp's converter takes from config.json, and all models with this scaling state. */
const llama3 = { low: 1, high: 4, context: 8192 };
/** Factors are stored as float32. */
const tolerance = 1e-4;

/** Llama 3.1: the factor of each pair's wavelength. */
function llama3Factors({ dims, base }: Rotation, factor: number): number[] {
  return Array.from({ length: dims / 2 }, (_, pair) => {
    const turns = llama3.context / (2 * Math.PI * base ** ((2 * pair) / dims));
    if (turns > llama3.high) return 1;
    if (turns < llama3.low) return factor;
    const smooth = (turns - llama3.low) / (llama3.high - llama3.low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

function fromFactors(file: GgufModelFile, found: Float32Array, rotation: Rotation): unknown {
  const factor = found.reduce((most, value) => Math.max(most, value), 1);
  const expected = llama3Factors(rotation, factor);
  const agrees =
    expected.length === found.length &&
    expected.every((value, pair) => Math.abs(value - (found[pair] ?? 0)) <= tolerance * value);
  if (!agrees) throw file.unsupported(["rope_freqs.weight: factors of no scaling that is known"]);
  return {
    rope_type: "llama3",
    factor,
    low_freq_factor: llama3.low,
    high_freq_factor: llama3.high,
    original_max_position_embeddings: llama3.context,
  };
}

/** config.json's rope_scaling; undefined: none. A kind that models/ does not know is refused there. */
export function ropeScalingOf(file: GgufModelFile, rotation: Rotation): unknown {
  const { ropeFactors } = file;
  if (ropeFactors !== undefined) return fromFactors(file, ropeFactors, rotation);
  const old = file.real("rope.scale_linear");
  const kind = file.text("rope.scaling.type") ?? (old === undefined ? "none" : "linear");
  if (kind === "none") return undefined;
  const original = file.optionalSize("rope.scaling.original_context_length");
  return {
    rope_type: kind,
    factor: file.real("rope.scaling.factor") ?? old ?? 1,
    ...(original !== undefined && { original_max_position_embeddings: original }),
  };
}
