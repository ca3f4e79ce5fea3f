// Feed-forward blocks.
import { swiglu, type Tensor } from "../../mx/index.ts";
import { Linear, Module } from "../../nn/index.ts";

/** down(silu(gate(x))·up(x)) (Shazeer 2020). */
export class GatedMlp extends Module {
  gate_proj: Linear;
  up_proj: Linear;
  down_proj: Linear;

  constructor(size: number, innerSize: number, options: { bias: boolean }) {
    super();
    this.gate_proj = new Linear(size, innerSize, options);
    this.up_proj = new Linear(size, innerSize, options);
    this.down_proj = new Linear(innerSize, size, { ...options, closesResidual: true });
  }

  forward(x: Tensor): Tensor {
    return this.down_proj.forward(swiglu(this.gate_proj.forward(x), this.up_proj.forward(x)));
  }
}
