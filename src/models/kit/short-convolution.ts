// The short causal convolution in front of recurrent layers: each channel mixed with its own last few values.
// A sum of shifted products, which for so few of them is less work than a general convolution.
import { concatenate, full, normal, type Tensor, where, zeros } from "../../mx/index.ts";
import { type Activation, type Drawn, Module, parameter } from "../../nn/index.ts";
import { stateCacheOf } from "./caches/index.ts";
import type { BlockContext } from "./context.ts";

export interface ConvolutionShape {
  channels: number;
  /** Tokens that come into an output, its own among them. */
  width: number;
  bias: boolean;
  /** Of what comes out; absent: none. */
  activation?: Activation | undefined;
}

export class ShortConvolution extends Module implements Drawn {
  /** (channels, 1, width), the last one for the token itself. */
  weight: Tensor;
  declare bias?: Tensor;
  readonly #activation: Activation | undefined;

  constructor({ channels, width, bias, activation }: ConvolutionShape) {
    super();
    this.weight = parameter([channels, 1, width]);
    if (bias) this.bias = parameter([channels]);
    this.#activation = activation;
  }

  /** What it keeps of a text goes on in one way only. */
  get hasRunningState(): true {
    return true;
  }

  /**
   * x (batch, length, channels) → the same shape. A token sees none before its own text: neither what is packed before
   * it nor padding. The last inputs are kept under `state` in the layer's cache, which the layer itself advances.
   */
  forward(x: Tensor, context: BlockContext, state = "convolution"): Tensor {
    const cache = stateCacheOf(context);
    const read = this.#read(withoutPadding(x, context), cache?.get(state));
    const { length } = context;
    cache?.keep({ [state]: read.narrow(1, length, read.dim(1)) });
    const sum = this.#sum(read, context);
    const mixed = this.bias === undefined ? sum : sum.add(this.bias);
    return this.#activation?.(mixed) ?? mixed;
  }

  /** What came before the tokens, zeros where nothing did, and they: (batch, width − 1 + length, channels). */
  #read(x: Tensor, held: Tensor | undefined): Tensor {
    const before = this.weight.dim(2) - 1;
    if (before === 0) return x;
    const [batch = 1, , channels = 1] = x.shape;
    return concatenate([held ?? zeros([batch, before, channels], x.dtype), x], 1);
  }

  #sum(read: Tensor, context: BlockContext): Tensor {
    const width = this.weight.dim(2);
    const taps = this.weight.squeeze(1).transpose().split(width, 0);
    const products = taps.map((tap, at) => {
      const shifted = read.narrow(1, at, at + context.length);
      const follows = context.follows(width - 1 - at);
      return (follows === undefined ? shifted : where(follows, shifted, 0)).mul(tap);
    });
    return products.reduce((sum, product) => sum.add(product));
  }

  draw(key: Tensor): void {
    const { shape } = this.weight;
    this.weight = normal(0, 1 / Math.sqrt(this.weight.dim(2)), shape, key);
    if (this.bias !== undefined) this.bias = full(this.bias.shape, 0);
  }
}

/** x (batch, length, size) with zeros where a row begins with padding. */
export function withoutPadding(x: Tensor, context: BlockContext): Tensor {
  const real = context.realTokens();
  return real === undefined ? x : where(real.expandDims(2), x, 0);
}
