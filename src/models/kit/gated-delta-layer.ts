// The layer in the place of attention in which the gated delta rule works (Yang et al. 2024): a short convolution, queries
// and keys of length 1, a state of each head, and a gate on what is read of it. Its projections are each family's.
import { ModelError } from "../../core/errors.ts";
import { checkpoint, full, rmsNorm, type Tensor, uniform } from "../../mx/index.ts";
import {
  type Activation,
  type Drawn,
  GatedRMSNorm,
  Linear,
  type LinearLike,
  Module,
  parameter,
  softplus,
  withParameters,
} from "../../nn/index.ts";
import { splitHeads } from "./attend.ts";
import { type CacheOptions, type LayerCache, StateCache, stateCacheOf } from "./caches/index.ts";
import { type BlockContext, Pass } from "./context.ts";
import { deltaByToken, deltaInChunks, type DeltaInputs } from "./gated-delta.ts";
import { child } from "./named.ts";
import { ShortConvolution, withoutPadding } from "./short-convolution.ts";

export interface DeltaShape {
  hiddenSize: number;
  /** Heads of queries and keys; each serves as many of values as follow each other. */
  keyHeads: number;
  /** Heads of values, each with a state. */
  heads: number;
  keySize: number;
  valueSize: number;
  /** Tokens that come into an output of the convolution. */
  width: number;
  activation: Activation;
  /** Of the norm over each head of what is read. */
  eps: number;
  /** Most that is corrected, as a share of what is wrong; default 1. */
  mostStrength?: number;
  /** What the stored model calls norm and output; default "norm" and "out_proj". */
  names?: { norm: string; output: string };
}

export interface DeltaProjections {
  /** (batch, length, 2·key heads·key size + heads·value size): queries, keys, values. */
  mixed: Tensor;
  /** (batch, length, heads·value size): opens what is read of the states. */
  gate: Tensor;
  /** (batch, length, heads): how much is corrected, before the sigmoid. */
  strength: Tensor;
  /** (batch, length, heads): how fast states fade, before bias and softplus. */
  step: Tensor;
}

/** What the rule's inputs are made of; the share that is corrected is between 0 and 1. */
type Told = Pick<DeltaProjections, "mixed" | "strength"> & Pick<DeltaInputs, "decay">;

/** So few tokens, as in decoding, that one after the other is the less work. */
const fewTokens = 8;
/** Added to the square of a vector's length. */
const lengthEps = 1e-6;
/** Of each head, for each token: arrays of keys' and of values' size, and the rest; fitted to measured peaks. */
const work = { keys: 32, values: 20, beside: 200 };
const usualNames = { norm: "norm", output: "out_proj" };

/** x (…, heads, length, size) → vectors of this length in the same directions. */
function ofLength(x: Tensor, length: number): Tensor {
  const size = x.dim(3);
  return rmsNorm(x, full([size], length / Math.sqrt(size)), lengthEps / size);
}

/** Throws ModelError FT-MODEL-003 where heads of values do not share those of keys evenly. */
function requireWholeGroups({ keyHeads, heads }: DeltaShape): void {
  if (heads % keyHeads === 0) return;
  throw new ModelError("FT-MODEL-003", {
    message: "config.json describes gated-delta heads that do not fit",
    problems: [`${heads} heads of values cannot share ${keyHeads} heads of keys`],
    hint: "download the model again, or correct these fields",
  });
}

export abstract class GatedDelta extends Module implements Drawn {
  conv1d: ShortConvolution;
  /** (heads): logarithm of the rate at which states fade. */
  A_log: Tensor;
  /** (heads). */
  dt_bias: Tensor;
  readonly #shape: DeltaShape;
  readonly #names: { norm: string; output: string };

  /** `inputs`: the layers that it projects with, by name. */
  constructor(shape: DeltaShape, inputs: Readonly<Record<string, Linear>>) {
    super();
    requireWholeGroups(shape);
    const { hiddenSize, keyHeads, heads, keySize, valueSize, width, activation, eps } = shape;
    const channels = 2 * keyHeads * keySize + heads * valueSize;
    this.#shape = shape;
    this.#names = shape.names ?? usualNames;
    Object.assign(this, inputs);
    this.conv1d = new ShortConvolution({ channels, width, bias: false, activation });
    this.A_log = parameter([heads]);
    this.dt_bias = parameter([heads], 1);
    const output = { bias: false, closesResidual: true };
    Object.assign(this, {
      [this.#names.norm]: new GatedRMSNorm(valueSize, eps),
      [this.#names.output]: new Linear(heads * valueSize, hiddenSize, output),
    });
  }

  /** x (batch, length, hidden size). */
  protected abstract project(x: Tensor): DeltaProjections;

  makeCache({ padding }: CacheOptions): LayerCache {
    return new StateCache({ offset: 0, padding });
  }

  /**
   * Numbers that training keeps for each token: what goes into convolution and rule, what the gate opens and it, less
   * queries, keys and values of the attention that is counted for every block.
   */
  get keptPerToken(): number {
    const { hiddenSize, keyHeads, heads, keySize, valueSize } = this.#shape;
    return Math.max(0, 2 * keyHeads * keySize + 5 * heads * valueSize - 3 * hiddenSize);
  }

  /** Numbers for each token that are there at once while gradients pass through the rule. */
  get workPerToken(): number {
    const { heads, keySize, valueSize } = this.#shape;
    return heads * (work.keys * keySize + work.values * valueSize + work.beside);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { mixed, gate, strength, step } = this.project(x);
    const share = withoutPadding(strength.astype("float32").sigmoid(), context);
    const told = { mixed, strength: share, decay: this.#decay(step) };
    const cache = stateCacheOf(context);
    const read =
      cache === undefined ? this.#learned(told, context) : this.#decoded(told, context, cache);
    return this.#opened(read.transpose(0, 2, 1, 3).astype(x.dtype), gate);
  }

  #decay(step: Tensor): Tensor {
    const rates = this.A_log.astype("float32").exp();
    return softplus(step.astype("float32").add(this.dt_bias)).mul(rates).neg();
  }

  /** Of what convolution and rule make of their inputs nothing is kept for the backward pass. */
  #learned(told: Told, { segments }: BlockContext): Tensor {
    const names = ["mixed", "strength", "decay"] as const;
    const slots = this.conv1d.trainableSlots();
    const inputs = [...names.map((name) => told[name]), ...slots.map((slot) => slot.get())];
    const [read] = checkpoint(
      (all) => {
        const again = Object.fromEntries(
          names.map((name, at) => [name, all[at]]),
        ) as unknown as Told;
        // what other layers share would be gone by the second time
        const texts = segments && all.at(-1);
        const context = new Pass(again.mixed.dim(1), { segments: texts }).block(0);
        const run = (): Tensor => deltaInChunks(this.#inputs(again, context)).read;
        return [withParameters(slots, all.slice(names.length, names.length + slots.length), run)];
      },
      [...inputs, ...(segments === undefined ? [] : [segments])],
    );
    return read as Tensor;
  }

  #decoded(told: Told, context: BlockContext, cache: StateCache): Tensor {
    const rule = context.length < fewTokens ? deltaByToken : deltaInChunks;
    const { read, state } = rule(this.#inputs(told, context), cache.get("delta"));
    cache.advance(context.length, { delta: state });
    return read;
  }

  #inputs({ mixed, strength, decay }: Told, context: BlockContext): DeltaInputs {
    const { keyHeads, heads, keySize, mostStrength = 1 } = this.#shape;
    const ends = [keyHeads * keySize, 2 * keyHeads * keySize];
    const parts = this.conv1d.forward(mixed, context).astype("float32").splitAt(ends, 2);
    const [queries, keys, values] = parts as [Tensor, Tensor, Tensor];
    const shared = (x: Tensor, length: number): Tensor =>
      ofLength(splitHeads(x, keyHeads), length).repeat(heads / keyHeads, 1);
    return {
      queries: shared(queries, keySize ** -0.5),
      keys: shared(keys, 1),
      values: splitHeads(values, heads),
      strength: strength.mul(mostStrength).swapaxes(1, 2),
      decay: decay.swapaxes(1, 2),
      follows: context.follows(1)?.swapaxes(1, 2),
    };
  }

  /** read (batch, length, heads, value size) → (batch, length, hidden size). */
  #opened(read: Tensor, gate: Tensor): Tensor {
    const [batch = 1, length = 1] = read.shape;
    const norm = child<GatedRMSNorm>(this, this.#names.norm);
    const opened = norm.forward(read, gate.reshape(...read.shape)).reshape(batch, length, -1);
    return child<LinearLike>(this, this.#names.output).forward(opened);
  }

  /** Rates up to 16, as the families begin with. */
  draw(key: Tensor): void {
    this.A_log = uniform(0.01, 16, this.A_log.shape, key).log();
    this.dt_bias = full(this.dt_bias.shape, 1);
  }
}
