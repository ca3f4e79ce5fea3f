// What low-rank updates share, whatever layer they sit on: two factors, a scale, dropout with an explicit key.
import { bernoulli, concatenate, type Tensor } from "../../mx/index.ts";
import { Module, type Stochastic } from "../../nn/index.ts";
import type { AdaptedLayer, AdapterShape } from "../adapted-layer.ts";
import type { Factors } from "../starts/index.ts";
import type { BegunFactors } from "./begin.ts";

/** Whether a parameter, by its path, is the factor that begins as zeros: LoRA+ gives it a rate of its own. */
export function isOutputFactor(name: string): boolean {
  return name.endsWith(".lora_b");
}

export abstract class LowRank extends Module implements AdaptedLayer, Stochastic {
  lora_a: Tensor;
  lora_b: Tensor;
  protected readonly scale: number;
  protected readonly dropout: number;
  #randomKey: Tensor | null = null;
  /** Frozen; B is negative, so that both pairs together begin as nothing. */
  #begun: Factors | undefined;

  constructor({ a, b, begun }: BegunFactors, { scale, dropout }: AdapterShape) {
    super();
    this.lora_a = a;
    this.lora_b = b;
    this.#begun = begun;
    this.scale = scale;
    this.dropout = dropout;
  }

  abstract toDense(): Module;

  drawn(): Tensor[] {
    return [this.lora_a, this.lora_b];
  }

  override *buffers(): Generator<Tensor> {
    if (this.#begun !== undefined) yield* [this.#begun.a, this.#begun.b];
  }

  /** Of the update: those trained, less those that training began from. */
  protected factors(): Factors {
    const begun = this.#begun;
    if (begun === undefined) return { a: this.lora_a, b: this.lora_b };
    return {
      a: concatenate([this.lora_a, begun.a], 1),
      b: concatenate([this.lora_b, begun.b], 0),
    };
  }

  /** The same with the scale in B: the update is a·b. */
  scaledFactors(): Factors {
    const { a, b } = this.factors();
    return { a, b: b.mul(this.scale) };
  }

  /** On the base itself the update is one of twice the rank. */
  stored(): Record<string, Tensor> | undefined {
    if (this.#begun === undefined) return undefined;
    const { a, b } = this.factors();
    return { lora_a: a, lora_b: b };
  }

  takeStored({ lora_a: a, lora_b: b, ...rest }: Readonly<Record<string, Tensor>>) {
    const [rank, stored] = [this.lora_a.dim(1), a?.dim(1)];
    if (this.#begun === undefined || a === undefined || b === undefined || stored !== 2 * rank)
      return { ...rest, ...(a && { lora_a: a }), ...(b && { lora_b: b }) };
    const whole = (part: Tensor): Tensor => part.contiguous();
    this.#begun = {
      a: whole(a.narrow(1, rank, stored)),
      b: whole(b.narrow(0, rank, stored)),
    };
    return {
      ...rest,
      lora_a: whole(a.narrow(1, 0, rank)),
      lora_b: whole(b.narrow(0, 0, rank)),
    };
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
