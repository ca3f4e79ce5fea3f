// The block that nearly every decoder has: attention and a feed-forward part, each added to what came in.
// Told in data where norms stand; a block of another kind is a class of its own.
import type { Tensor } from "../../mx/index.ts";
import type { Module } from "../../nn/index.ts";
import { Block } from "./block.ts";
import type { BlockContext } from "./context.ts";
import type { Norm } from "./headed-attention.ts";
import { child, placed } from "./named.ts";

/** What lets tokens learn of those before them: attention, a running state. A feed-forward part does without. */
export interface Mixer extends Module {
  forward(x: Tensor, context: BlockContext): Tensor;
}

/** Each under the name that the stored model has for it. */
export interface BlockParts {
  attention: readonly [name: string, part: Mixer];
  mlp: readonly [name: string, part: Mixer];
  /** By place: what reads attention and the feed-forward part, and what reads their results. */
  norms: Partial<Record<NormPlace, readonly [name: string, part: Norm]>>;
}

export type NormPlace = "beforeAttention" | "afterAttention" | "beforeMlp" | "afterMlp";

export interface BlockOptions {
  /** Both halves read what came in, and are added at once; the norm before attention serves both where it is alone. */
  isParallel?: boolean;
  /** Factor on what is added; default 1. */
  residualScale?: number;
}

export class ResidualBlock extends Block {
  readonly #names: Partial<Record<NormPlace | "attention" | "mlp", string>>;
  readonly #options: BlockOptions;

  constructor({ attention, mlp, norms }: BlockParts, options: BlockOptions = {}) {
    super();
    const byPlace = Object.entries(norms);
    for (const [name, part] of [attention, mlp, ...byPlace.map(([, norm]) => norm)])
      Object.assign(this, placed(name, part));
    this.#names = {
      attention: attention[0],
      mlp: mlp[0],
      ...Object.fromEntries(byPlace.map(([place, [name]]) => [place, name])),
    };
    this.#options = options;
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    if (this.#options.isParallel === true) return this.#parallel(x, context);
    const h = x.add(this.#mixed(this.#normed(x, "beforeAttention"), context));
    return h.add(this.#scaled(this.#normed(this.fed(h, context), "afterMlp")));
  }

  /** What the feed-forward part gives for h, before the norm behind it. */
  protected fed(h: Tensor, context: BlockContext): Tensor {
    return this.#feed(this.#normed(h, "beforeMlp"), context);
  }

  #parallel(x: Tensor, context: BlockContext): Tensor {
    const read = this.#normed(x, "beforeAttention");
    const fed = this.#names.beforeMlp === undefined ? read : this.#normed(x, "beforeMlp");
    const given = this.#scaled(this.#normed(this.#feed(fed, context), "afterMlp"));
    return x.add(this.#mixed(read, context)).add(given);
  }

  #mixed(x: Tensor, context: BlockContext): Tensor {
    const mixed = child<Mixer>(this, this.#names.attention as string).forward(x, context);
    return this.#scaled(this.#normed(mixed, "afterAttention"));
  }

  #feed(x: Tensor, context: BlockContext): Tensor {
    return child<Mixer>(this, this.#names.mlp as string).forward(x, context);
  }

  #normed(x: Tensor, place: NormPlace): Tensor {
    const name = this.#names[place];
    return name === undefined ? x : child<Norm>(this, name).forward(x);
  }

  #scaled(x: Tensor): Tensor {
    const { residualScale = 1 } = this.#options;
    return residualScale === 1 ? x : x.mul(residualScale);
  }
}
