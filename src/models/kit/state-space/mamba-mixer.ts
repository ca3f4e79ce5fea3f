// Mamba-1's layer (Gu & Dao 2023): a short convolution, steps and what is written and read told by what it gives, the
// selective scan, a gate. The scan itself is selective-scan.ts's.
import { arange, full, type Tensor } from "../../../mx/index.ts";
import {
  type Activation,
  type Drawn,
  Linear,
  Module,
  parameter,
  silu,
  softplus,
} from "../../../nn/index.ts";
import { type CacheOptions, type LayerCache, StateCache, stateCacheOf } from "../caches/index.ts";
import type { BlockContext } from "../context.ts";
import type { Norm } from "../headed-attention.ts";
import { ShortConvolution } from "../short-convolution.ts";
import { type ScanOutputs, selectiveScan } from "./selective-scan.ts";

export interface MambaShape {
  hiddenSize: number;
  /** Channels that are scanned. */
  innerSize: number;
  /** Numbers that each channel keeps. */
  stateSize: number;
  /** Of the projection to steps. */
  stepRank: number;
  /** Tokens that the convolution sees, itself among them. */
  width: number;
  activation: Activation;
  bias: { projections: boolean; convolution: boolean };
  /** Norms of steps before their projection, and of what is written and read. */
  norms?: { dt_layernorm: Norm; b_layernorm: Norm; c_layernorm: Norm } | undefined;
}

export class MambaMixer extends Module implements Drawn {
  in_proj: Linear;
  conv1d: ShortConvolution;
  x_proj: Linear;
  dt_proj: Linear;
  A_log: Tensor;
  D: Tensor;
  out_proj: Linear;
  declare dt_layernorm?: Norm;
  declare b_layernorm?: Norm;
  declare c_layernorm?: Norm;
  readonly #shape: MambaShape;

  constructor(shape: MambaShape) {
    super();
    const { hiddenSize, innerSize, stateSize, stepRank, width, bias, norms } = shape;
    this.#shape = shape;
    this.in_proj = new Linear(hiddenSize, 2 * innerSize, { bias: bias.projections });
    this.conv1d = new ShortConvolution({
      channels: innerSize,
      width,
      bias: bias.convolution,
      activation: shape.activation,
    });
    this.x_proj = new Linear(innerSize, stepRank + 2 * stateSize, { bias: false });
    this.dt_proj = new Linear(stepRank, innerSize, { bias: true });
    this.A_log = parameter([innerSize, stateSize]);
    this.D = parameter([innerSize], 1);
    const output = { bias: bias.projections, closesResidual: true };
    this.out_proj = new Linear(innerSize, hiddenSize, output);
    Object.assign(this, norms);
  }

  makeCache({ padding }: CacheOptions): LayerCache {
    return new StateCache({ offset: 0, padding });
  }

  /** Numbers that training keeps for each token: around the convolution, steps, and what is gated. */
  get keptPerToken(): number {
    return 5 * this.#shape.innerSize;
  }

  /** Numbers for each token that are there at once while gradients pass through the layer; fitted to measured peaks. */
  get workPerToken(): number {
    return 20 * this.#shape.innerSize;
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const [mixed, gate] = this.in_proj.forward(x).split(2) as [Tensor, Tensor];
    const { y, state } = this.#scanned(this.conv1d.forward(mixed, context), context);
    stateCacheOf(context)?.advance(context.length, { state });
    return this.out_proj.forward(y.mul(silu(gate)));
  }

  /** What the scan makes of what was convolved, (batch, length, inner size). */
  #scanned(seen: Tensor, context: BlockContext): ScanOutputs {
    const { stepRank, stateSize } = this.#shape;
    const told = this.x_proj.forward(seen).splitAt([stepRank, stepRank + stateSize], 2);
    const [narrow, writes, reads] = told as [Tensor, Tensor, Tensor];
    const x = seen.astype("float32");
    const { y, state } = selectiveScan({
      x,
      steps: this.#steps(narrow, context),
      rates: this.A_log.astype("float32").exp().mul(-1),
      writes: normed(this.b_layernorm, writes).astype("float32"),
      reads: normed(this.c_layernorm, reads).astype("float32"),
      runs: context.segments,
      state: stateCacheOf(context)?.get("state"),
    });
    const skipped = x.mul(this.D.astype("float32"));
    return { y: y.add(skipped).astype(seen.dtype), state };
  }

  /** (batch, length, inner size); padding takes none. */
  #steps(narrow: Tensor, context: BlockContext): Tensor {
    const raw = this.dt_proj.forward(normed(this.dt_layernorm, narrow));
    const steps = softplus(raw).astype("float32");
    const real = context.realTokens();
    return real === undefined ? steps : steps.mul(real.astype("float32").expandDims(2));
  }

  /** Rates from −1 to −states in each channel (Gu & Dao 2023). */
  draw(): void {
    const { innerSize, stateSize } = this.#shape;
    const rates = arange(1, stateSize + 1, 1, "float32").log();
    this.A_log = rates.broadcastTo(innerSize, stateSize).contiguous();
    this.D = full([innerSize], 1);
  }
}

const normed = (norm: Norm | undefined, x: Tensor): Tensor => norm?.forward(x) ?? x;
