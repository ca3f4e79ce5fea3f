// Values that the two factors of an adapter begin with, for a matrix (inputs, outputs).
import { ConfigError } from "../../core/errors.ts";
import { type Tensor, uniform, zeros } from "../../mx/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import { type Factors, factorStarts } from "../starts/index.ts";

/** `begun` is what is taken off the update again, its B negative; undefined where that is nothing. */
export interface BegunFactors extends Factors {
  begun?: Factors;
}

/** A matrix that factors are for; its values are asked for only where the start depends on them. */
export interface AdaptedMatrix {
  inputs: number;
  outputs: number;
  /** (inputs, outputs) */
  values(): Tensor;
}

/** By default A (inputs, rank) is uniform within ±1/√inputs, and B (rank, outputs) zero. */
export function beginFactors(
  matrix: AdaptedMatrix,
  { rank, scale, start = "default" }: AdapterShape,
  key: Tensor,
): BegunFactors {
  const { inputs, outputs } = matrix;
  const { factors } = factorStarts.get(start);
  if (factors === undefined) {
    const bound = 1 / Math.sqrt(inputs);
    return { a: uniform(-bound, bound, [inputs, rank], key), b: zeros([rank, outputs]) };
  }
  const { a, b } = factors(matrix.values(), rank, scale, key);
  return { a, b, begun: { a: a.mul(1), b: b.neg() } };
}

/**
 * @throws ConfigError FT-ADAPTER-007 where a start that looks at the matrices has none to look at, or too small a one;
 * `shapes` are of what is trained, layer by layer.
 */
export function requireStart(
  { rank, start = "default" }: AdapterShape,
  shapes: readonly Readonly<Record<string, readonly number[]>>[],
): void {
  if (factorStarts.get(start).factors === undefined) return;
  for (const { lora_a: a = [], lora_b: b = [] } of shapes) {
    if (a.length === 2) requireRank(rank, Math.min(a[0] ?? 0, b[1] ?? 0), start);
    else
      throw unfit(
        "lora.init",
        `adapters on stacked experts cannot be initialized with ${start}`,
        "--lora-init default",
      );
  }
}

function requireRank(rank: number, most: number, start: string): void {
  if (rank <= most) return;
  const message = `an adapter of rank ${rank} cannot be initialized with ${start}: one of the layers has ${most} singular vectors`;
  throw unfit("lora.r", message, `--lora-rank ${most}, or --lora-init default`);
}

function unfit(field: string, message: string, hint: string): ConfigError {
  return new ConfigError("FT-ADAPTER-007", { at: { field }, message, hint });
}
