// What layers with weight-decomposed adapters share (DoRA, Liu et al. 2024): a learned length for each row, and what is
// known of the frozen rows. The two factors, scale and dropout are LoRA's.
import type { Tensor } from "../../mx/index.ts";
import type { AdapterShape } from "../adapted-layer.ts";
import type { BegunFactors } from "../lora/begin.ts";
import { LowRank } from "../lora/low-rank.ts";

export abstract class Dora extends LowRank {
  /** Length of each row. */
  m: Tensor;
  readonly #squares: Tensor;

  /** `weight` (rows, columns) is the base's: its rows' squares stay what they are as long as it is frozen. */
  constructor(factors: BegunFactors, shape: AdapterShape, weight: Tensor) {
    super(factors, shape);
    this.#squares = weight.astype("float32").square().sum(-1);
    this.m = this.#squares.sqrt();
  }

  /** Of the base's rows, (rows), float32. */
  protected get squares(): Tensor {
    return this.#squares;
  }

  override *buffers(): Generator<Tensor> {
    yield* super.buffers();
    yield this.#squares;
  }

  override stored(): Record<string, Tensor> | undefined {
    const factors = super.stored();
    return factors && { ...factors, m: this.m };
  }

  override drawn(): Tensor[] {
    return [...super.drawn(), this.m];
  }

  /** `weight` with the update on it, and its rows at their learned lengths. */
  protected rescaled(weight: Tensor, update: Tensor): Tensor {
    const updated = this.updated(weight, update).astype("float32");
    const lengths = updated.norm(-1, true).maximum(1e-15);
    return updated.mul(this.m.expandDims(-1).div(lengths)).astype(weight.dtype);
  }
}
