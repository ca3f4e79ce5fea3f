// Stretched rotary positions in GGUF: by name in the metadata, or as a tensor of factors, which is how Llama 3.1 is stored.
import type { GgufModelFile } from "./architecture.ts";

export interface Rotation {
  /** Numbers of a head that turn. */
  dims: number;
  base: number;
}

/** Llama 3.1's stretching: in numbers of turns within the original context. */
export interface Llama3Scaling {
  factor: number;
  low: number;
  high: number;
  context: number;
}

/** What all models with this scaling state. */
const usualLlama3 = { low: 1, high: 4, context: 8192 };
/** Factors are stored as float32. */
const tolerance = 1e-4;

/** Llama 3.1: the factor of each pair's wavelength. */
export function llama3Factors({ dims, base }: Rotation, scaling: Llama3Scaling): number[] {
  const { factor, low, high, context } = scaling;
  return Array.from({ length: dims / 2 }, (_, pair) => {
    const turns = context / (2 * Math.PI * base ** ((2 * pair) / dims));
    if (turns > high) return 1;
    if (turns < low) return factor;
    const smooth = (turns - low) / (high - low);
    return 1 / ((1 - smooth) / factor + smooth);
  });
}

function fromFactors(
  file: GgufModelFile,
  found: Float32Array,
  rotation: Rotation,
): Record<string, unknown> {
  const factor = found.reduce((most, value) => Math.max(most, value), 1);
  const context = file.optionalSize("rope.scaling.original_context_length") ?? usualLlama3.context;
  const scaling = { ...usualLlama3, context, factor };
  const expected = llama3Factors(rotation, scaling);
  const agrees =
    expected.length === found.length &&
    expected.every((value, pair) => Math.abs(value - (found[pair] ?? 0)) <= tolerance * value);
  if (!agrees) throw file.unsupported(["rope_freqs.weight: factors of no scaling that is known"]);
  return {
    rope_type: "llama3",
    factor,
    low_freq_factor: scaling.low,
    high_freq_factor: scaling.high,
    original_max_position_embeddings: scaling.context,
  };
}

/** YaRN's numbers where a file tells them; llama.cpp counts with an `mscale` of 1. */
function yarnIn(file: GgufModelFile, factor: number): Record<string, number> {
  const all = file.real("rope.scaling.yarn_log_multiplier");
  const correction = file.real("rope.scaling.attn_factor");
  const magnitude = (share: number): number => 0.1 * share * Math.log(factor) + 1;
  const own = magnitude(1) / (all === undefined ? 1 : magnitude(all));
  const told = {
    beta_fast: file.real("rope.scaling.yarn_beta_fast"),
    beta_slow: file.real("rope.scaling.yarn_beta_slow"),
    ...(all !== undefined && { mscale: 1, mscale_all_dim: all }),
    ...(correction !== undefined && { attention_factor: own * correction }),
  };
  return Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== undefined),
  ) as Record<string, number>;
}

/** config.json's rope_scaling; undefined: none. A kind that models/ does not know is refused there. */
export function ropeScalingOf(
  file: GgufModelFile,
  rotation: Rotation,
): Record<string, unknown> | undefined {
  const ropeFactors = file.factors("rope_freqs.weight");
  if (ropeFactors !== undefined) return fromFactors(file, ropeFactors, rotation);
  const old = file.real("rope.scale_linear");
  const kind = file.text("rope.scaling.type") ?? (old === undefined ? "none" : "linear");
  if (kind === "none") return undefined;
  const original = file.optionalSize("rope.scaling.original_context_length");
  const factor = file.real("rope.scaling.factor") ?? old ?? 1;
  return {
    rope_type: kind,
    factor,
    ...(original !== undefined && { original_max_position_embeddings: original }),
    ...(kind === "yarn" && yarnIn(file, factor)),
  };
}
