// Linear layers of many experts in one tensor, so that all tokens' choices are one product.
// Who chooses, and how outputs are mixed, is the architecture's.
import { full, gatherMm, normal, type Tensor } from "../mx/index.ts";
import type { DrawScales, LinearOptions } from "./layers.ts";
import type { StackedLinearLike } from "./linear-like.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/** x as rows (…, rows, in) for gathered products with `experts` of fewer axes. */
export function gatheredRows(x: Tensor, experts: Tensor): Tensor {
  const missing = experts.ndim + 2 - x.ndim;
  if (missing === 2) return x.expandDims(-2, -3);
  return missing === 1 ? x.expandDims(-2) : x;
}

/** What `gatheredRows` made of x taken off its products again. */
export function asGiven(y: Tensor, x: Tensor, experts: Tensor): Tensor {
  return x.ndim === experts.ndim + 2 ? y : y.squeeze(-2);
}

/**
 * x · matrices[expert] for each choice. x (…, in), the same for each choice, (…, choices, in), or (…, choices, rows, in)
 * several for each; matrices (experts, in, out); experts (…, choices) integers → (…, choices, out), or with rows.
 * `isSorted`: x is (rows, in) or (choices, rows, in), and experts ascend.
 */
export function chosenProducts(
  x: Tensor,
  matrices: Tensor,
  experts: Tensor,
  isSorted = false,
): Tensor {
  return asGiven(gatherMm(gatheredRows(x, experts), matrices, null, experts, isSorted), x, experts);
}

/** A bias (experts, out) behind such products. */
export function chosenBias(bias: Tensor, x: Tensor, experts: Tensor): Tensor {
  const chosen = bias.take(experts, 0);
  return x.ndim === experts.ndim + 2 ? chosen.expandDims(-2) : chosen;
}

/** y = x·W[expert]ᵀ (+ bias[expert]). Weight (experts, out, in), bias (experts, out). */
export class StackedLinear extends Module implements StackedLinearLike {
  weight: Tensor;
  declare bias?: Tensor;
  readonly #closesResidual: boolean;

  constructor(count: number, inputSize: number, outputSize: number, options: LinearOptions) {
    super();
    this.weight = parameter([count, outputSize, inputSize]);
    if (options.bias) this.bias = parameter([count, outputSize]);
    this.#closesResidual = options.closesResidual ?? false;
  }

  get expertCount(): number {
    return this.weight.dim(0);
  }

  get inputSize(): number {
    return this.weight.dim(2);
  }

  get outputSize(): number {
    return this.weight.dim(1);
  }

  forward(x: Tensor, experts: Tensor, isSorted = false): Tensor {
    const y = chosenProducts(x, this.weight.swapaxes(-1, -2), experts, isSorted);
    return this.bias === undefined ? y : y.add(chosenBias(this.bias, x, experts));
  }

  toDense(): StackedLinear {
    return this;
  }

  draw(key: Tensor, { residual }: DrawScales): void {
    const scale = this.#closesResidual ? residual : 1;
    this.weight = normal(0, scale / Math.sqrt(this.inputSize), this.weight.shape, key);
    if (this.bias !== undefined) this.bias = full(this.bias.shape, 0);
  }
}
