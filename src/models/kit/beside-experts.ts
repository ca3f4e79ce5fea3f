// Experts beside a dense feed-forward part (Gemma 4): both halves have norms of their own and are added, and the router
// reads the hidden state as it is. Parts stand in the block itself, as stored models have them.
import type { Tensor } from "../../mx/index.ts";
import { Linear, Module, parameter, PlainRMSNorm, RMSNorm, type Routes } from "../../nn/index.ts";
import { type GatedExpertShape, GatedExperts } from "./experts.ts";
import { child, placed } from "./named.ts";
import { type Choice, routed } from "./routing.ts";

export interface BesideExpertsShape extends GatedExpertShape {
  /** Experts of each token. */
  chosen: number;
  eps: number;
}

/** Shares are of one among all, of the chosen divided by their sum, and each times a factor of its expert's. */
class ScaledRouter extends Module implements Routes {
  proj: Linear;
  /** (hidden size), of what is read. */
  scale: Tensor;
  /** (experts), of shares. */
  per_expert_scale: Tensor;
  readonly #norm: PlainRMSNorm;
  readonly #shape: BesideExpertsShape;

  constructor(shape: BesideExpertsShape) {
    super();
    const { hiddenSize, count, eps } = shape;
    this.proj = new Linear(hiddenSize, count, { bias: false });
    this.scale = parameter([hiddenSize], 1);
    this.per_expert_scale = parameter([count], 1);
    this.#norm = new PlainRMSNorm(eps);
    this.#shape = shape;
  }

  get routers(): readonly string[] {
    return ["proj"];
  }

  /** x (tokens, hidden size). */
  forward(x: Tensor): Choice {
    const { hiddenSize, chosen } = this.#shape;
    const read = this.#norm
      .forward(x)
      .mul(this.scale)
      .mul(hiddenSize ** -0.5);
    const logits = this.proj.forward(read).astype("float32");
    const { experts, shares } = routed(logits, { chosen, scores: "softmax", normalized: {} });
    return { experts, shares: shares.mul(this.per_expert_scale.take(experts, 0)) };
  }
}

const EXPERTS = "experts.switch_glu";

/** The parts of a block that the experts take. */
export interface BesideExpertParts {
  router: ScaledRouter;
  post_feedforward_layernorm_1: RMSNorm;
  pre_feedforward_layernorm_2: RMSNorm;
  post_feedforward_layernorm_2: RMSNorm;
}

export function besideExpertParts(shape: BesideExpertsShape): BesideExpertParts {
  const norm = (): RMSNorm => new RMSNorm(shape.hiddenSize, shape.eps);
  return {
    router: new ScaledRouter(shape),
    post_feedforward_layernorm_1: norm(),
    pre_feedforward_layernorm_2: norm(),
    post_feedforward_layernorm_2: norm(),
    ...placed(EXPERTS, new GatedExperts(shape)),
  };
}

/** What both halves give for h (batch, length, hidden size), of which `dense` is what the dense one gives. */
export function besideExperts(block: Module & BesideExpertParts, h: Tensor, dense: Tensor): Tensor {
  const rows = h.reshape(-1, h.dim(-1));
  const read = block.pre_feedforward_layernorm_2.forward(rows);
  const experts = child<GatedExperts>(block, EXPERTS);
  const given = experts.forward(read, block.router.forward(rows)).reshape(...h.shape);
  const sparse = block.post_feedforward_layernorm_2.forward(given);
  return block.post_feedforward_layernorm_1.forward(dense).add(sparse);
}
