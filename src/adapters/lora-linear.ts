// A frozen linear layer with a low-rank update beside it (Hu et al. 2021), laid out as mlx-lm lays it out.
// Knows linear layers, never models.
import { loraLinear, type Tensor, uniform, zeros } from "../mx/index.ts";
import { type Linear, type LinearLike, Module, type Stochastic } from "../nn/index.ts";

export interface LoraShape {
  rank: number;
  /** Factor on the update. */
  scale: number;
  /** Probability of dropping an input of the update while training. */
  dropout: number;
}

export class LoraLinear extends Module implements LinearLike, Stochastic {
  linear: Linear;
  /** (in, rank), uniform within ±1/√in. */
  lora_a: Tensor;
  /** (rank, out), zeros: at the start the layer is exactly its base. */
  lora_b: Tensor;
  readonly #scale: number;
  readonly #dropout: number;
  #randomKey: Tensor | null = null;

  constructor(linear: Linear, shape: LoraShape, key: Tensor) {
    super();
    const bound = 1 / Math.sqrt(linear.inputSize);
    this.linear = linear;
    this.lora_a = uniform(-bound, bound, [linear.inputSize, shape.rank], key);
    this.lora_b = zeros([shape.rank, linear.outputSize]);
    this.#scale = shape.scale;
    this.#dropout = shape.dropout;
  }

  get inputSize(): number {
    return this.linear.inputSize;
  }

  get outputSize(): number {
    return this.linear.outputSize;
  }

  get weight(): Tensor {
    return this.linear.weight;
  }

  get drawsRandom(): boolean {
    return this.#dropout > 0;
  }

  setRandomKey(key: Tensor | null): void {
    this.#randomKey = key;
  }

  forward(x: Tensor): Tensor {
    return loraLinear(x, this.linear.weight, this.linear.bias ?? null, {
      a: this.lora_a,
      b: this.lora_b,
      scale: this.#scale,
      dropout: this.#dropout,
      key: this.#randomKey,
    });
  }
}
