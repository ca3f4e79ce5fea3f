// The feed-forward part of a sparse block: a router, its experts, and where there are some, experts that every token
// goes to. How choices are made is routing.ts's, what experts compute experts.ts's.
import { ModelError } from "../../core/errors.ts";
import type { Tensor } from "../../mx/index.ts";
import {
  isLinearLike,
  Linear,
  type LinearLike,
  Module,
  parameter,
  type Routes,
} from "../../nn/index.ts";
import type { BlockContext } from "./context.ts";
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

/** Rows over choices, where tiles are filled up; and arrays of a choice: read, given, given in the tokens' order. */
const filledUp = 1.2;
const arraysOfChoice = 1 + 2 * filledUp;

/** Throws ModelError FT-MODEL-003 where groups do not divide the experts, or leave fewer than are chosen. */
function requireGroups({ count, routing: { chosen, groups } }: SparseShape): void {
  if (groups === undefined) return;
  const { count: parts, kept, best } = groups;
  const size = count / parts;
  const problems = [
    ...(Number.isInteger(size) ? [] : [`${count} experts are no ${parts} groups of one size`]),
    ...(kept > parts ? [`the best ${kept} of ${parts} groups are to be kept`] : []),
    ...(size < best ? [`groups of ${size} have not the best ${best} that each counts by`] : []),
    ...(kept * size < chosen ? [`${kept} groups of ${size} leave fewer than ${chosen}`] : []),
  ];
  if (problems.length === 0) return;
  throw new ModelError("FT-MODEL-003", {
    message: "config.json describes groups of experts that do not fit",
    problems,
    hint: "download the model again, or correct these fields",
  });
}

export class SparseMlp extends Module implements Routes {
  declare e_score_correction_bias?: Tensor;
  readonly #names: SparseNames;
  readonly #routing: Routing;

  constructor(shape: SparseShape) {
    super();
    const { hiddenSize, count, experts, shared, routerBias: bias = false } = shape;
    const names = { ...usualNames, ...shape.names };
    requireGroups(shape);
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

  /** Inner numbers of each token, over all experts that it goes to. */
  get innerNumbers(): number {
    const experts = child<Experts>(this, this.#names.experts);
    const shared = child<Module | undefined>(this, this.#names.shared);
    const widest = [...(shared?.modules() ?? [])].map(([, part]) =>
      isLinearLike(part) ? part.inputSize : 0,
    );
    return filledUp * this.#routing.chosen * experts.innerSize + Math.max(0, ...widest);
  }

  /** Of each token. */
  get chosenExperts(): number {
    return this.#routing.chosen;
  }

  /** Arrays of hidden size that each token has beside, as the rows that experts read and give. */
  get routedArrays(): number {
    return arraysOfChoice * this.#routing.chosen;
  }

  get routers(): readonly string[] {
    return [this.#names.router, this.#names.sharedGate].filter(
      (name) => child(this, name) !== undefined,
    );
  }

  /** x (batch, length, hidden size) → the same shape. Without the context nobody balances its experts. */
  forward(x: Tensor, context?: BlockContext): Tensor {
    const { experts } = this.#names;
    const rows = x.reshape(-1, x.dim(-1));
    const choice = this.#choice(rows, context);
    const read = child<Experts>(this, experts).forward(this.entered(rows), choice);
    const mixed = this.left(read).reshape(...x.shape);
    const shared = child<Norm | undefined>(this, this.#names.shared);
    return shared === undefined ? mixed : mixed.add(this.#gatedShare(x, shared.forward(x)));
  }

  /** What experts read of rows (tokens, hidden size). */
  protected entered(rows: Tensor): Tensor {
    return rows;
  }

  /** From what experts give together to (tokens, hidden size). */
  protected left(mixed: Tensor): Tensor {
    return mixed;
  }

  #choice(rows: Tensor, context?: BlockContext): Choice {
    const { isPrecise = false } = this.#routing;
    const read = isPrecise ? rows.astype("float32") : rows;
    const logits = child<LinearLike>(this, this.#names.router).forward(read).astype("float32");
    context?.tellRouting(logits);
    return routed(logits, this.#routing, this.e_score_correction_bias);
  }

  #gatedShare(x: Tensor, shared: Tensor): Tensor {
    const gate = child<LinearLike | undefined>(this, this.#names.sharedGate);
    return gate === undefined ? shared : gate.forward(x).sigmoid().mul(shared);
  }
}
