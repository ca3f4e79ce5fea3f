// Mamba-2's layer (Dao & Gu 2024): one projection to all that the recurrence reads, a short convolution, the recurrence,
// a gate and a norm. What families have otherwise is told in data. The recurrence itself is duality.ts's.
import { ModelError } from "../../../core/errors.ts";
import { arange, deferred, float32, full, type Tensor, uniform } from "../../../mx/index.ts";
import {
  type Activation,
  type Drawn,
  Linear,
  Module,
  parameter,
  silu,
  softplus,
} from "../../../nn/index.ts";
import { type CacheOptions, type LayerCache, StateCache, stateCacheOf } from "../caches/index.ts";
import type { BlockContext } from "../context.ts";
import { ShortConvolution } from "../short-convolution.ts";
import { type DualityOutputs, dualityWork, stateSpaceDuality } from "./duality.ts";
import { GatedNorm } from "./gated-norm.ts";

/** On the input, and on each part of what is projected. */
export interface Mamba2Factors {
  input: number;
  gate: number;
  x: number;
  writes: number;
  reads: number;
  steps: number;
}

export interface Mamba2Shape {
  hiddenSize: number;
  heads: number;
  headSize: number;
  /** Heads of a group share what is written into their states and what is read of them. */
  groups: number;
  /** Numbers that each number of a head keeps. */
  stateSize: number;
  /** Tokens that the convolution sees, itself among them. */
  width: number;
  activation: Activation;
  bias: { input: boolean; convolution: boolean; output: boolean };
  /** Steps stay within. */
  stepLimits?: readonly [least: number, most: number] | undefined;
  /** Absent: gated, and not normed. */
  norm?: { eps: number; isBeforeGate?: boolean } | undefined;
  factors?: Mamba2Factors | undefined;
}

const widthsOf = ({ heads, headSize, groups, stateSize }: Mamba2Shape) => {
  const [inner, shared] = [heads * headSize, groups * stateSize];
  return { inner, shared, convolved: inner + 2 * shared };
};

/** Throws ModelError FT-MODEL-003 where heads are no whole numbers, or do not share groups evenly. */
function requireWhole({ heads, headSize, groups }: Mamba2Shape): void {
  const problems = [
    ...(Number.isInteger(headSize) ? [] : [`${heads * headSize} channels are no ${heads} heads`]),
    ...(heads % groups === 0 ? [] : [`${heads} heads cannot share ${groups} groups`]),
  ];
  if (problems.length === 0) return;
  throw new ModelError("FT-MODEL-003", {
    message: "config.json describes Mamba-2 heads that do not fit",
    problems,
    hint: "download the model again, or correct these fields",
  });
}

/** One factor for each number that is projected; undefined: none does anything. */
export function projectionFactors(shape: Mamba2Shape): Tensor | undefined {
  const { factors, heads } = shape;
  if (factors === undefined) return undefined;
  const { inner, shared } = widthsOf(shape);
  const parts = [
    [factors.gate, inner],
    [factors.x, inner],
    [factors.writes, shared],
    [factors.reads, shared],
    [factors.steps, heads],
  ] as const;
  const length = parts.reduce((sum, [, count]) => sum + count, 0);
  return deferred([length], "float32", () =>
    float32(parts.flatMap(([factor, count]) => Array<number>(count).fill(factor))),
  );
}

export class Mamba2Mixer extends Module implements Drawn {
  in_proj: Linear;
  conv1d: ShortConvolution;
  dt_bias: Tensor;
  A_log: Tensor;
  D: Tensor;
  declare norm?: GatedNorm;
  out_proj: Linear;
  readonly #shape: Mamba2Shape;
  readonly #factors: Tensor | undefined;

  constructor(shape: Mamba2Shape) {
    super();
    requireWhole(shape);
    const { hiddenSize, heads, groups, width, bias, norm } = shape;
    const { inner, convolved } = widthsOf(shape);
    this.#shape = shape;
    this.#factors = projectionFactors(shape);
    this.in_proj = new Linear(hiddenSize, inner + convolved + heads, { bias: bias.input });
    this.conv1d = new ShortConvolution({
      channels: convolved,
      width,
      bias: bias.convolution,
      activation: shape.activation,
    });
    this.dt_bias = parameter([heads]);
    this.A_log = parameter([heads]);
    this.D = parameter([heads], 1);
    if (norm !== undefined)
      this.norm = new GatedNorm(inner, { groups, isBeforeGate: false, ...norm });
    this.out_proj = new Linear(inner, hiddenSize, { bias: bias.output, closesResidual: true });
  }

  makeCache({ padding }: CacheOptions): LayerCache {
    return new StateCache({ offset: 0, padding });
  }

  /** Numbers that training keeps for each token: around the convolution, and what is gated and normed. */
  get keptPerToken(): number {
    const { inner, convolved } = widthsOf(this.#shape);
    return 5 * convolved + 2 * inner;
  }

  /** Numbers for each token that are there at once while gradients pass through the recurrence. */
  get workPerToken(): number {
    const { heads, headSize, stateSize } = this.#shape;
    return Math.round(heads * dualityWork(headSize, stateSize));
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { inner, convolved } = widthsOf(this.#shape);
    const [gate, mixed, steps] = this.#projected(x).splitAt([inner, inner + convolved], 2) as [
      ...[Tensor, Tensor, Tensor],
    ];
    const { y, state } = this.#recurred(this.conv1d.forward(mixed, context), steps, context);
    stateCacheOf(context)?.advance(context.length, { state });
    const read = this.norm?.forward(y, gate) ?? y.mul(silu(gate));
    return this.out_proj.forward(read);
  }

  #projected(x: Tensor): Tensor {
    const { factors } = this.#shape;
    if (factors === undefined || this.#factors === undefined) return this.in_proj.forward(x);
    const projected = this.in_proj.forward(x.mul(factors.input));
    return projected.mul(this.#factors.astype(projected.dtype));
  }

  /** What the recurrence makes of what was convolved, (batch, length, inner size). */
  #recurred(seen: Tensor, raw: Tensor, context: BlockContext): DualityOutputs {
    const { heads, headSize, groups, stateSize } = this.#shape;
    const { inner, shared } = widthsOf(this.#shape);
    const [batch = 1, length = 1] = seen.shape;
    const [values, writes, reads] = seen.astype("float32").splitAt([inner, inner + shared], 2) as [
      ...[Tensor, Tensor, Tensor],
    ];
    const x = values.reshape(batch, length, heads, headSize);
    const { y, state } = stateSpaceDuality({
      x,
      steps: this.#steps(raw, context),
      rates: this.A_log.astype("float32").exp().mul(-1),
      writes: writes.reshape(batch, length, groups, stateSize),
      reads: reads.reshape(batch, length, groups, stateSize),
      runs: context.segments,
      state: stateCacheOf(context)?.get("state"),
    });
    const skipped = x.mul(this.D.astype("float32").expandDims(1));
    return { y: y.add(skipped).reshape(batch, length, inner).astype(seen.dtype), state };
  }

  /** (batch, length, heads); padding takes none. */
  #steps(raw: Tensor, context: BlockContext): Tensor {
    const { stepLimits } = this.#shape;
    const open = softplus(raw.add(this.dt_bias)).astype("float32");
    const steps = stepLimits === undefined ? open : open.clip(...stepLimits);
    const real = context.realTokens();
    return real === undefined ? steps : steps.mul(real.astype("float32").expandDims(2));
  }

  /** Rates from −1 to −heads, steps from 0.001 to 0.1, evenly by their logarithms (Dao & Gu 2024). */
  draw(key: Tensor): void {
    const { heads } = this.#shape;
    this.A_log = arange(1, heads + 1, 1, "float32").log();
    this.D = full([heads], 1);
    const steps = uniform(Math.log(0.001), Math.log(0.1), [heads], key).exp();
    // whose softplus they are
    this.dt_bias = steps.exp().sub(1).log();
  }

  override *buffers(): Generator<Tensor> {
    if (this.#factors?.isMade === true) yield this.#factors;
  }
}
