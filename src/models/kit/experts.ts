// Feed-forward parts of many experts, of which each token goes to a few, each with its share. Which, is routing.ts's.
// Layers are spelled as mlx-lm spells them, so that adapters and MLX's own checkpoints need no other names.
import { describeBackend, type Tensor } from "../../mx/index.ts";
import {
  type Activation,
  Module,
  silu,
  StackedLinear,
  type StackedLinearLike,
} from "../../nn/index.ts";
import { tilesOf } from "./expert-tiles.ts";
import { gated } from "./mlp.ts";
import type { Choice } from "./routing.ts";

export interface ExpertShape {
  /** How many there are. */
  count: number;
  hiddenSize: number;
  /** Of each expert. */
  innerSize: number;
  bias?: boolean;
  /** Shares are factors on what experts read, rather than on what they give (Llama 4). */
  weighsInputs?: boolean;
}

/** What a gate and what it lets through become: by default SiLU(gate)·up. */
type Gating = (gate: Tensor, up: Tensor) => Tensor;

export interface GatedExpertShape extends ExpertShape {
  activation?: Activation;
  /** In the place of an activation and a product. */
  gating?: Gating;
}

/** From so many choices on, rows lie by expert: each expert's weights are then read less often. */
const worthSorting = 64;
const [fewestRows, mostRows] = [8, 64];

/** Rows of a tile: of those that an expert gets on average, so few that not many are there to fill tiles up. */
function rowsOfTile(choices: number, count: number): number {
  if (describeBackend().backend.gathersOneByOne !== true) return 1;
  const share = Math.min(mostRows, choices / count / 4);
  return share < fewestRows ? 1 : 2 ** Math.floor(Math.log2(share));
}

/** Layers that every expert has, of its own. */
export abstract class Experts extends Module {
  readonly #weighsInputs: boolean;
  readonly #count: number;
  /** Of each expert. */
  readonly innerSize: number;

  constructor({ count, innerSize, weighsInputs = false }: ExpertShape) {
    super();
    this.#count = count;
    this.innerSize = innerSize;
    this.#weighsInputs = weighsInputs;
  }

  /** x (…, hidden size) as stacked layers take it with these experts → the same with choices. */
  protected abstract through(x: Tensor, experts: Tensor, isSorted: boolean): Tensor;

  /** x (tokens, hidden size) → the same: what the chosen experts give, each times its share. */
  forward(x: Tensor, { experts, shares }: Choice): Tensor {
    const [tokens = 1, chosen = 1] = experts.shape;
    const factors = shares.astype(x.dtype).expandDims(-1);
    // without order MLX makes the gradient of weights a matrix for each choice
    const isMany = x.isTraced || tokens * chosen >= worthSorting;
    const given = (isMany ? this.#byExpert : this.#asTheyCome).call(this, x, experts, factors);
    return (this.#weighsInputs ? given : given.mul(factors)).sum(1);
  }

  #asTheyCome(x: Tensor, experts: Tensor, factors: Tensor): Tensor {
    const read = this.#weighsInputs ? x.expandDims(1).mul(factors) : x;
    return this.through(read, experts, false);
  }

  #byExpert(x: Tensor, experts: Tensor, factors: Tensor): Tensor {
    const rows = rowsOfTile(
      (experts.shape[0] as number) * (experts.shape[1] as number),
      this.#count,
    );
    const tiles = tilesOf(experts, this.#count, rows);
    const taken = x.take(tiles.tokens, 0);
    const read = this.#weighsInputs
      ? taken.mul(factors.reshape(-1, 1).take(tiles.choices, 0))
      : taken;
    const given = this.through(read.reshape(-1, rows, x.dim(1)), tiles.experts, true);
    return given.reshape(-1, x.dim(1)).take(tiles.places, 0);
  }
}

type Stack = Module & StackedLinearLike;

/** down(act(gate(x))·up(x)), expert by expert. */
export class GatedExperts extends Experts {
  gate_proj: Stack;
  up_proj: Stack;
  down_proj: Stack;
  readonly #gating: Gating;

  constructor(shape: GatedExpertShape) {
    super(shape);
    const { count, hiddenSize, innerSize, bias = false, activation = silu } = shape;
    this.gate_proj = new StackedLinear(count, hiddenSize, innerSize, { bias });
    this.up_proj = new StackedLinear(count, hiddenSize, innerSize, { bias });
    this.down_proj = new StackedLinear(count, innerSize, hiddenSize, {
      bias,
      closesResidual: true,
    });
    this.#gating = shape.gating ?? ((gate, up) => gated(activation, gate, up));
  }

  protected through(x: Tensor, experts: Tensor, isSorted: boolean): Tensor {
    const gate = this.gate_proj.forward(x, experts, isSorted);
    const up = this.up_proj.forward(x, experts, isSorted);
    return this.down_proj.forward(this.#gating(gate, up), experts, isSorted);
  }
}

/** down(act(up(x))), expert by expert. */
export class PlainExperts extends Experts {
  fc1: Stack;
  fc2: Stack;
  readonly #activation: Activation;

  constructor(shape: ExpertShape & { activation: Activation }) {
    super(shape);
    const { count, hiddenSize, innerSize, bias = false } = shape;
    this.fc1 = new StackedLinear(count, hiddenSize, innerSize, { bias });
    this.fc2 = new StackedLinear(count, innerSize, hiddenSize, { bias, closesResidual: true });
    this.#activation = shape.activation;
  }

  protected through(x: Tensor, experts: Tensor, isSorted: boolean): Tensor {
    const inner = this.#activation(this.fc1.forward(x, experts, isSorted));
    return this.fc2.forward(inner, experts, isSorted);
  }
}
