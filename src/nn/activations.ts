// Activation functions by the names that configurations give them, and one that has parameters.
import { type Tensor, where } from "../mx/index.ts";
import { Module } from "./module.ts";
import { parameter } from "./parameter.ts";

export type Activation = (x: Tensor) => Tensor;

/** x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))) (Hendrycks & Gimpel 2016, the tanh form). */
export function geluTanh(x: Tensor): Tensor {
  const inner = x.add(x.mul(x).mul(x).mul(0.044715)).mul(Math.sqrt(2 / Math.PI));
  return x.mul(0.5).mul(inner.tanh().add(1));
}

/** x · Φ(x) (Hendrycks & Gimpel 2016). */
export function gelu(x: Tensor): Tensor {
  return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
}

/** x · σ(x). */
export function silu(x: Tensor): Tensor {
  return x.mul(x.sigmoid());
}

const relu: Activation = (x) => x.maximum(0);

/** As `hidden_act` and its like name them. */
export const activations: Readonly<Record<string, Activation>> = {
  silu,
  swish: silu,
  gelu,
  gelu_new: geluTanh,
  gelu_fast: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu,
  /** (So et al. 2021) */
  relu2: (x) => relu(x).square(),
};

/** log(1 + eˣ). */
export function softplus(x: Tensor): Tensor {
  return x.logaddexp(0);
}

/** Slope at zero, and where the exponential begins. */
const [xieluBeta, xieluEps] = [0.5, -1e-6];

/** Quadratic above zero, exponential below, both with learned factors (Huang & Schlag 2024). */
export class XieluActivation extends Module {
  /** (1), before softplus. */
  alpha_p: Tensor;
  alpha_n: Tensor;

  constructor() {
    super();
    this.alpha_p = parameter([1]);
    this.alpha_n = parameter([1]);
  }

  forward(x: Tensor): Tensor {
    const above = x.square().mul(softplus(this.alpha_p));
    const below = x.minimum(xieluEps).exp().sub(1).sub(x);
    const curved = where(x.greater(0), above, below.mul(softplus(this.alpha_n).add(xieluBeta)));
    return curved.add(x.mul(xieluBeta));
  }
}
