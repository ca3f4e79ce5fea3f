// LFM2's layer without attention: a short convolution between two gates that the input tells (Liquid AI 2025).
import type { Tensor } from "../../mx/index.ts";
import { Linear, Module } from "../../nn/index.ts";
import { type CacheOptions, type LayerCache, StateCache, stateCacheOf } from "./caches/index.ts";
import type { BlockContext } from "./context.ts";
import { ShortConvolution } from "./short-convolution.ts";

export class GatedConvolution extends Module {
  in_proj: Linear;
  conv: ShortConvolution;
  out_proj: Linear;

  constructor(size: number, { width, bias }: { width: number; bias: boolean }) {
    super();
    this.in_proj = new Linear(size, 3 * size, { bias });
    this.conv = new ShortConvolution({ channels: size, width, bias });
    this.out_proj = new Linear(size, size, { bias, closesResidual: true });
  }

  makeCache({ padding }: CacheOptions): LayerCache {
    return new StateCache({ offset: 0, padding });
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    const [before, behind, values] = this.in_proj.forward(x).split(3) as [Tensor, Tensor, Tensor];
    const mixed = behind.mul(this.conv.forward(before.mul(values), context));
    stateCacheOf(context)?.advance(context.length);
    return this.out_proj.forward(mixed);
  }
}
