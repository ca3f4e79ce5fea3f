// The feed-forward part of a sparse block: a router, its experts, and where there are some, experts that every token
// goes to. How choices are made is routing.ts's, what experts compute experts.ts's.
import type { Tensor } from "../../mx/index.ts";
import { Linear, type LinearLike, Module, parameter, type Routes } from "../../nn/index.ts";
import type { Experts } from "./experts.ts";
import type { Norm } from "./headed-attention.ts";
import { child, placed } from "./named.ts";
import { type Choice, routed, type Routing } from "./routing.ts";

/** What the stored model calls them. */
export interface SparseNames {
  router: string;
  experts: string;
  shared: string;
  sharedGate: string;
}

const usualNames: SparseNames = {
  router: "gate",
  experts: "switch_mlp",
  shared: "shared_experts",
  sharedGate: "shared_expert_gate",
};

export interface SparseShape {
  hiddenSize: number;
  /** How many experts there are to choose from. */
  count: number;
  experts: Experts;
  routing: Routing;
  /** Biases of the router's own layer. */
  routerBias?: boolean;
  /** A number for each expert moves who is chosen, and not its share: `e_score_correction_bias` beside the router. */
  selectionBias?: boolean;
  /** What every token goes to as well. */
  shared?: Norm | undefined;
  /** What that gives counts as much as the sigmoid of one more layer says. */
  gatesShared?: boolean;
  names?: Partial<SparseNames>;
}

export class SparseMlp extends Module implements Routes {
  declare e_score_correction_bias?: Tensor;
  readonly #names: SparseNames;
  readonly #routing: Routing;

  constructor(shape: SparseShape) {
    super();
    const { hiddenSize, count, experts, shared, routerBias: bias = false } = shape;
    const names = { ...usualNames, ...shape.names };
    this.#names = names;
    this.#routing = shape.routing;
    Object.assign(this, {
      ...placed(names.router, new Linear(hiddenSize, count, { bias })),
      [names.experts]: experts,
      ...(shared !== undefined && { [names.shared]: shared }),
      ...(shape.gatesShared && { [names.sharedGate]: new Linear(hiddenSize, 1, { bias: false }) }),
    });
    if (shape.selectionBias) {
      this.e_score_correction_bias = parameter([count]);
      this.keepConstant("e_score_correction_bias");
    }
  }

  get routers(): readonly string[] {
    return [this.#names.router];
  }

  /** x (batch, length, hidden size) → the same shape. */
  forward(x: Tensor): Tensor {
    const { experts } = this.#names;
    const rows = x.reshape(-1, x.dim(-1));
    const mixed = child<Experts>(this, experts)
      .forward(rows, this.#choice(rows))
      .reshape(...x.shape);
    const shared = child<Norm | undefined>(this, this.#names.shared);
    return shared === undefined ? mixed : mixed.add(this.#gatedShare(x, shared.forward(x)));
  }

  #choice(rows: Tensor): Choice {
    const { isPrecise = false } = this.#routing;
    const read = isPrecise ? rows.astype("float32") : rows;
    const logits = child<LinearLike>(this, this.#names.router).forward(read).astype("float32");
    return routed(logits, this.#routing, this.e_score_correction_bias);
  }

  #gatedShare(x: Tensor, shared: Tensor): Tensor {
    const gate = child<LinearLike | undefined>(this, this.#names.sharedGate);
    return gate === undefined ? shared : gate.forward(x).sigmoid().mul(shared);
  }
}
