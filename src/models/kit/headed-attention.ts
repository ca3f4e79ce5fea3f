// What attentions of several heads share, wherever queries, keys and values come from: norms, positions, caches, output.
// Takes a plain shape: which keys of config.json it comes from is usual.ts's and the architectures'.
import type { Dtype, Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike, Module, parameter } from "../../nn/index.ts";
import { attend, mergeHeads, splitHeads } from "./attend.ts";
import {
  type AttendOptions,
  attentionCache,
  type CacheOptions,
  type LayerCache,
} from "./caches/index.ts";
import { carriedNames, type CarriedShape } from "./carried.ts";
import type { BlockContext } from "./context.ts";
import { child } from "./named.ts";
import type { RotaryEmbedding } from "./rope.ts";
import type { Projections } from "./scores.ts";

/** A layer that keeps the shape. */
export interface Norm extends Module {
  forward(x: Tensor): Tensor;
}

export interface HeadNorms {
  queries: Norm;
  keys: Norm;
  /** Of each head of values, whatever the others are of. */
  values?: Norm;
  /** Of all heads' numbers together, (batch, length, heads·size); of each head; of each head when it is turned. */
  over: "all heads" | "heads" | "turned heads";
}

/** What the stored model calls them. */
export interface AttentionNames {
  output: string;
  queryNorm: string;
  keyNorm: string;
  valueNorm: string;
}

const usualNames: AttentionNames = {
  output: "o_proj",
  queryNorm: "q_norm",
  keyNorm: "k_norm",
  valueNorm: "v_norm",
};

export interface AttentionShape {
  hiddenSize: number;
  heads: number;
  /** Shared by groups of queries. */
  keyHeads: number;
  headSize: number;
  /** Biases of queries, keys and values, and of the output. */
  bias: { inputs: boolean; output: boolean };
  /** Absent: positions are not told to queries and keys. */
  rotary?: RotaryEmbedding | undefined;
  norms?: HeadNorms | undefined;
  /** Factor on the scores; default 1/√(head size). */
  scale?: number | undefined;
  /** Scores become cap · tanh(score / cap). */
  softCap?: number | undefined;
  /** A learned score of nothing for each head, under the name `sinks`. */
  hasSinks?: boolean | undefined;
  /** What is added to scores for each key, by positions; see AttendOptions. */
  keyBias?: AttendOptions["keyBias"];
  /** Queries, keys and values stay within ±clip, behind norms over all heads. */
  clip?: number | undefined;
  /** Factor on turned queries, of their dtype, broadcast to (batch, heads, length, size). */
  queryFactor?: ((context: BlockContext, dtype: Dtype) => Tensor) | undefined;
  /** Tokens that a query sees, itself among them; absent: all before it. */
  window?: number | undefined;
  /** Positions of a chunk: a query sees those of its own; absent: all before it. */
  chunk?: number | undefined;
  names?: Partial<AttentionNames> | undefined;
  /** The name by which layers above read the keys and values. */
  carriedAs?: string | undefined;
}

/** As they come from the layers, (batch, length, heads·size) each. */
export interface GatedProjections extends Projections {
  /** Opens what is mixed, before its sigmoid; absent: all passes. */
  gate?: Tensor | undefined;
}

export abstract class HeadedAttention extends Module {
  declare rotary?: RotaryEmbedding;
  declare sinks?: Tensor;
  readonly #shape: AttentionShape;
  readonly #names: AttentionNames;

  /** `inputs`: the layers of queries, keys and values, by name. */
  constructor(shape: AttentionShape, inputs: Readonly<Record<string, Linear>>) {
    super();
    const { hiddenSize, heads, headSize, bias, norms, rotary } = shape;
    const names = { ...usualNames, ...shape.names };
    const output = { bias: bias.output, closesResidual: true };
    this.#shape = shape;
    this.#names = names;
    Object.assign(this, inputs, {
      [names.output]: new Linear(heads * headSize, hiddenSize, output),
      ...(norms !== undefined && { [names.queryNorm]: norms.queries, [names.keyNorm]: norms.keys }),
      ...(norms?.values !== undefined && { [names.valueNorm]: norms.values }),
      ...(rotary !== undefined && { rotary }),
      ...(shape.hasSinks === true && { sinks: parameter([heads]) }),
    });
  }

  /** x (batch, length, hidden size). */
  protected abstract project(x: Tensor): GatedProjections;

  get headCount(): number {
    return this.#shape.heads;
  }

  get carries(): Readonly<Record<string, CarriedShape>> {
    const { carriedAs, keyHeads: parts, headSize: size } = this.#shape;
    if (carriedAs === undefined) return {};
    const { keys, values } = carriedNames(carriedAs);
    return { [keys]: { parts, size }, [values]: { parts, size } };
  }

  makeCache(options: CacheOptions): LayerCache {
    const { window, chunk } = this.#shape;
    return attentionCache(options, window ?? chunk);
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const { headSize, window, chunk, softCap, keyBias, scale = headSize ** -0.5 } = this.#shape;
    const { gate, ...projections } = this.project(x);
    const { turned, ...ready } = this.#placed(this.#inHeads(projections), context);
    const told = this.#told(context);
    const options = { scale, softCap, window, chunk, turned, told, keyBias, sinks: this.sinks };
    const mixed = mergeHeads(attend(ready, options, context));
    const passed = gate === undefined ? mixed : mixed.mul(gate.sigmoid());
    return child<LinearLike>(this, this.#names.output).forward(passed);
  }

  /** Carries what is attended over, where layers above read it. */
  #told(context: BlockContext): AttendOptions["told"] {
    const { carriedAs } = this.#shape;
    if (carriedAs === undefined) return undefined;
    const names = carriedNames(carriedAs);
    return ({ keys, values }) => {
      context.carry(names.keys, keys);
      context.carry(names.values, values);
    };
  }

  /** Queries and keys turned by their positions; where the text's length tells how, keys are left to `turned`. */
  #placed(
    { queries, keys, values }: Projections,
    context: BlockContext,
  ): Projections & Pick<AttendOptions, "turned"> {
    const { norms, queryFactor, carriedAs } = this.#shape;
    const isLate = this.rotary?.followsLength === true;
    const reach = isLate ? context.reach : 0;
    const turn = (heads: Tensor, at: number | Tensor, norm: string): Tensor =>
      this.#normed(this.rotary?.forward(heads, at, reach) ?? heads, norm, "turned heads");
    const turnKeys = (heads: Tensor, at: number | Tensor): Tensor =>
      turn(heads, at, this.#names.keyNorm);
    // behind such a norm it is positions that count, not distances; and who reads the keys knows no row
    const isOfPositions = norms?.over === "turned heads" || carriedAs !== undefined;
    const start = isOfPositions ? context.startInSegment : context.start;
    const turned = turn(queries, start, this.#names.queryNorm);
    return {
      queries: queryFactor === undefined ? turned : turned.mul(queryFactor(context, turned.dtype)),
      keys: isLate ? keys : turnKeys(keys, start),
      values,
      turned: isLate ? turnKeys : undefined,
    };
  }

  #inHeads(projections: Projections): Projections {
    const { heads, keyHeads } = this.#shape;
    const { queryNorm, keyNorm } = this.#names;
    const { queries, keys, values } = this.#clipped({
      queries: this.#normed(projections.queries, queryNorm, "all heads"),
      keys: this.#normed(projections.keys, keyNorm, "all heads"),
      values: projections.values,
    });
    return {
      queries: this.#normed(splitHeads(queries, heads), queryNorm, "heads"),
      keys: this.#normed(splitHeads(keys, keyHeads), keyNorm, "heads"),
      values: this.#normedValues(splitHeads(values, keyHeads)),
    };
  }

  #normedValues(x: Tensor): Tensor {
    if (this.#shape.norms?.values === undefined) return x;
    return child<Norm>(this, this.#names.valueNorm).forward(x);
  }

  #normed(x: Tensor, norm: string, over: HeadNorms["over"]): Tensor {
    if (this.#shape.norms?.over !== over) return x;
    return child<Norm>(this, norm).forward(x);
  }

  #clipped({ queries, keys, values }: Projections): Projections {
    const { clip } = this.#shape;
    if (clip === undefined) return { queries, keys, values };
    const within = (x: Tensor): Tensor => x.clip(-clip, clip);
    return { queries: within(queries), keys: within(keys), values: within(values) };
  }
}
