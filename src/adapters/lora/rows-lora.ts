// A frozen linear layer with the updates of several adapters beside it, of which each row of a batch takes one or none: the
// product with the base's weights is made once for all rows (Chen et al. 2023, Punica; Sheng et al. 2023, S-LoRA).
// Trains nothing, and knows no adapter by its name.
import { linear, type Tensor } from "../../mx/index.ts";
import { type Linear, type LinearLike, Module } from "../../nn/index.ts";

/** What rows take of a pass, for all layers of a model at once. */
export interface RowsChoice {
  /** (rows, 1, width), 1 where the row takes that part of the factors, else 0; undefined: no row takes any. */
  mask: Tensor | undefined;
}

/** Of all adapters behind each other, laid out as weights of linear layers. */
export interface WideFactors {
  /** (width, in) */
  narrowing: Tensor;
  /** (out, width), with each adapter's scale in it. */
  widening: Tensor;
}

export class RowsLora extends Module implements LinearLike {
  linear: Module & LinearLike;
  readonly #choice: RowsChoice;
  #factors: WideFactors | undefined;

  constructor(base: Module & LinearLike, choice: RowsChoice) {
    super();
    this.linear = base;
    this.#choice = choice;
  }

  get inputSize(): number {
    return this.linear.inputSize;
  }

  get outputSize(): number {
    return this.linear.outputSize;
  }

  get factors(): WideFactors | undefined {
    return this.#factors;
  }

  set factors(factors: WideFactors | undefined) {
    this.#factors = factors;
  }

  /** x (rows, …, in). A row without an update gets its base's bits. */
  forward(x: Tensor): Tensor {
    const y = this.linear.forward(x);
    const [{ mask }, factors] = [this.#choice, this.#factors];
    if (mask === undefined || factors === undefined) return y;
    const narrow = linear(x, factors.narrowing, null);
    const rows = narrow.reshape(mask.dim(0), -1, mask.dim(2));
    const chosen = rows.mul(mask.astype(narrow.dtype)).reshape(...narrow.shape);
    return y.add(linear(chosen, factors.widening, null).astype(y.dtype));
  }

  /** The base's: the updates are other models'. */
  toDense(): Linear {
    return this.linear.toDense();
  }
}
