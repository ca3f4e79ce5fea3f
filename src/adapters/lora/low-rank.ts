// What low-rank updates share, whatever layer they sit on: two factors, a scale, dropout with an explicit key.
import { bernoulli, type Tensor } from "../../mx/index.ts";
import { Module, type Stochastic } from "../../nn/index.ts";
import type { AdaptedLayer, AdapterShape } from "../adapted-layer.ts";

export abstract class LowRank extends Module implements AdaptedLayer, Stochastic {
  lora_a: Tensor;
  lora_b: Tensor;
  protected readonly scale: number;
  protected readonly dropout: number;
  #randomKey: Tensor | null = null;

  constructor(a: Tensor, b: Tensor, { scale, dropout }: AdapterShape) {
    super();
    this.lora_a = a;
    this.lora_b = b;
    this.scale = scale;
    this.dropout = dropout;
  }

  abstract toDense(): Module;

  drawn(): Tensor[] {
    return [this.lora_a, this.lora_b];
  }

  get drawsRandom(): boolean {
    return this.dropout > 0;
  }

  setRandomKey(key: Tensor | null): void {
    this.#randomKey = key;
  }

  /** Null outside of training. */
  protected get randomKey(): Tensor | null {
    return this.#randomKey;
  }

  /** x with some inputs dropped, and the others made larger for it, while there is a key. */
  protected dropped(x: Tensor): Tensor {
    if (this.#randomKey === null || this.dropout === 0) return x;
    const kept = 1 - this.dropout;
    return bernoulli(kept, x.shape, this.#randomKey)
      .mul(x)
      .mul(1 / kept);
  }

  /** `y` with the update on it; float32 factors over a base in half precision must not widen what flows on. */
  protected updated(y: Tensor, update: Tensor): Tensor {
    return y.add(update.mul(this.scale).astype(y.dtype));
  }
}
