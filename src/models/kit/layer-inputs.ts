// Inputs of single layers (Gemma 3n, Gemma 4): each token has a small vector for each layer, from a table of its own and
// from its embedding, which a gate of that layer multiplies. Made once before the blocks and carried to them.
import { type Tensor, where } from "../../mx/index.ts";
import { type Activation, Embedding, Linear, RMSNorm } from "../../nn/index.ts";
import type { Carried } from "./carried.ts";
import type { BlockContext } from "./context.ts";
import { Decoder, type DecoderOptions, type DecoderParts } from "./decoder.ts";

export interface LayerInputShape {
  /** Tokens that the table has rows for; all others have the first. */
  count: number;
  hiddenSize: number;
  layers: number;
  /** Of one layer's input. */
  size: number;
  eps: number;
}

const nameOf = (layer: number): string => `input of layer ${layer}`;

/** Arrays of all inputs that are kept. */
const keptInputs = 3;

/** A decoder that makes them. */
export class LayerInputDecoder extends Decoder {
  embed_tokens_per_layer: Embedding;
  per_layer_model_projection: Linear;
  per_layer_projection_norm: RMSNorm;
  readonly #shape: LayerInputShape;

  constructor(parts: DecoderParts, options: DecoderOptions, shape: LayerInputShape) {
    super(parts, options);
    const { count, hiddenSize, layers, size, eps } = shape;
    this.embed_tokens_per_layer = new Embedding(count, layers * size);
    this.per_layer_model_projection = new Linear(hiddenSize, layers * size, { bias: false });
    this.per_layer_projection_norm = new RMSNorm(size, eps);
    this.#shape = shape;
  }

  /** All layers' inputs, and both halves of them. */
  get keptPerToken(): number {
    return keptInputs * this.#shape.layers * this.#shape.size;
  }

  protected override beside(ids: Tensor, embedded: Tensor): Carried {
    const { layers, size, hiddenSize } = this.#shape;
    const [batch = 1, length = 1] = ids.shape;
    const each = (x: Tensor): Tensor => x.reshape(batch, length, layers, size);
    const own = each(this.embed_tokens_per_layer.forward(this.#known(ids))).mul(Math.sqrt(size));
    const told = this.per_layer_model_projection.forward(embedded).mul(hiddenSize ** -0.5);
    const both = this.per_layer_projection_norm.forward(each(told)).add(own).mul(Math.SQRT1_2);
    const inputs = both.transpose(0, 2, 1, 3).split(layers, 1);
    return new Map(inputs.map((input, layer) => [nameOf(layer), input]));
  }

  #known(ids: Tensor): Tensor {
    const { count } = this.#shape;
    return count < this.embedding.count ? where(ids.less(count), ids, 0) : ids;
  }
}

/** The parts of a block that read its layer's input. */
export interface LayerInputParts {
  per_layer_input_gate: Linear;
  per_layer_projection: Linear;
  post_per_layer_input_norm: RMSNorm;
}

export function layerInputParts({
  hiddenSize,
  size,
  eps,
}: Pick<LayerInputShape, "hiddenSize" | "size" | "eps">): LayerInputParts {
  return {
    per_layer_input_gate: new Linear(hiddenSize, size, { bias: false }),
    per_layer_projection: new Linear(size, hiddenSize, { bias: false, closesResidual: true }),
    post_per_layer_input_norm: new RMSNorm(hiddenSize, eps),
  };
}

/** Names of what the block of a layer reads. */
export const layerInputNames = (layer: number): string[] => [nameOf(layer)];

/** What the layer's input adds to x (batch, length, hidden size). */
export function fromLayerInput(
  parts: LayerInputParts,
  x: Tensor,
  { context, layer, activation }: { context: BlockContext; layer: number; activation: Activation },
): Tensor {
  const input = context.carried(nameOf(layer)).squeeze(1);
  const gated = activation(parts.per_layer_input_gate.forward(x)).mul(input);
  return parts.post_per_layer_input_norm.forward(parts.per_layer_projection.forward(gated));
}
