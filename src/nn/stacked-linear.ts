// Linear layers of many experts in one tensor, so that all tokens' choices are one product.
// Who chooses, and how outputs are mixed, is the architecture's.
import { full, gatherMm, normal, type Tensor } from "../mx/index.ts";
import type { DrawScales, LinearOptions } from "./layers.ts";
import type { StackedLinearLike } from "./linear-like.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

/**
 * x · matrices[expert] for each choice. x (…, in), the same for each choice, or (…, choices, in); matrices
 * (experts, in, out); experts (…, choices) integers → (…, choices, out). `isSorted`: x is (rows, in), and experts (rows)
 * ascend.
 */
export function chosenProducts(
  x: Tensor,
  matrices: Tensor,
  experts: Tensor,
  isSorted = false,
): Tensor {
  const rows = x.ndim === experts.ndim ? x.expandDims(-2, -3) : x.expandDims(-2);
  return gatherMm(rows, matrices, null, experts, isSorted).squeeze(-2);
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
    return this.bias === undefined ? y : y.add(this.bias.take(experts, 0));
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
