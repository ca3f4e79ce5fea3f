// The block of one part: a norm, a mixer or a feed-forward part, and what came in added to it.
import type { Tensor } from "../../mx/index.ts";
import { Block } from "./block.ts";
import type { BlockContext } from "./context.ts";
import type { Norm } from "./headed-attention.ts";
import type { Mixer } from "./residual-block.ts";

export class MixerBlock extends Block {
  norm: Norm;
  mixer: Mixer;

  constructor(norm: Norm, mixer: Mixer) {
    super();
    this.norm = norm;
    this.mixer = mixer;
  }

  forward(x: Tensor, context: BlockContext): Tensor {
    return x.add(this.mixer.forward(this.norm.forward(x), context));
  }
}
