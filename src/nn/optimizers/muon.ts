// Muon (Jordan et al. 2024): momentum made orthogonal by Newton–Schulz for hidden matrices, AdamW for the rest unless
// it is to move everything itself. Numerics of mlx.optimizers.Muon; weight decay is decoupled, as in AdamW.
import { type Tensor, zeros } from "../../mx/index.ts";
import { makeAdamw } from "./adamw.ts";
import { byRule, decayed, held, type UpdateRule } from "./by-rule.ts";
import { groupedBy } from "./grouped.ts";
import {
  moments,
  type OptimizedSlot,
  type OptimizerKind,
  type OptimizerMaker,
  usual,
} from "./optimizer.ts";

const newtonSchulzSteps = 5;
/** Quintic iteration that drives singular values towards one; coefficients from the reference. */
const [linearTerm, cubicTerm, quinticTerm] = [3.4445, -4.775, 2.0315];

/** The nearest semi-orthogonal matrix, roughly: singular values end between 0.7 and 1.2. */
function orthogonalized(matrix: Tensor): Tensor {
  const isTall = matrix.dim(0) > matrix.dim(1);
  let x = isTall ? matrix.transpose() : matrix;
  x = x.div(x.square().sum(null, true).sqrt().add(1e-7));
  for (let step = 0; step < newtonSchulzSteps; step++) {
    const gram = x.matmul(x.transpose());
    const polynomial = gram.mul(cubicTerm).add(gram.matmul(gram).mul(quinticTerm));
    x = x.mul(linearTerm).add(polynomial.matmul(x));
  }
  return isTall ? x.transpose() : x;
}

/** Of a matrix, or of a stack with each item's numbers in a row; vectors keep their direction. */
function directionOf(momentum: Tensor): Tensor {
  if (momentum.ndim < 2) return momentum;
  if (momentum.ndim === 2) return orthogonalized(momentum);
  return orthogonalized(momentum.reshape(momentum.dim(0), -1)).reshape(...momentum.shape);
}

/** Rows over columns, where there are more. */
function shapeScale({ shape }: Tensor): number {
  const [rows = 1, columns = 1] = shape.slice(-2);
  return shape.length < 2 ? 1 : Math.sqrt(Math.max(1, rows / columns));
}

const rule: UpdateRule = {
  begin: ({ shape }) => ({ momentum: zeros(shape, "float32") }),
  update(parameter, gradient, state, context) {
    const { settings, learningRate } = context;
    const blend = (value: Tensor): Tensor =>
      value.mul(settings.momentum).add(gradient.mul(1 - settings.momentum));
    const momentum = blend(held(state, "momentum"));
    // Nesterov's: one step ahead.
    const direction = directionOf(blend(momentum));
    const rate = learningRate * shapeScale(gradient);
    return { parameter: decayed(parameter, context).sub(direction.mul(rate)), state: { momentum } };
  },
};

const isMatrix = (slot: OptimizedSlot): boolean => slot.isHidden && slot.get().ndim === 2;

const make: OptimizerMaker = (slots, settings) => {
  const moved = byRule(rule);
  if (settings.isMuonAlone === true) return moved(slots, settings);
  const matrices = { make: moved, settings, rateScale: 1 };
  const others = { make: makeAdamw, settings, rateScale: settings.adamwShare };
  return groupedBy(slots, (slot) => (isMatrix(slot) ? matrices : others));
};

export const muon: OptimizerKind = {
  about: "orthogonalized momentum; use a learning rate near 0.02. AdamW for vectors and embeddings",
  make,
  usual,
  highRate: 0.1,
  updateCopies: 4,
  // Of its matrices; the others have AdamW's two.
  stateBytes: (shape) => moments(shape.length === 2 ? 1 : 2)(shape),
};
