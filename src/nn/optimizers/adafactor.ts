// Adafactor (Shazeer & Stern 2018): the second moment of a matrix as a product of a column and a row, the update clipped
// to a root mean square of 1. At the learning rate given, as
// transformers' Trainer sets it up, unless relative steps are asked for; numerics of mlx.optimizers.Adafactor either way, but for weight decay, which is decoupled.
import { elementCount } from "../../core/element-count.ts";
import { type Tensor, zeros } from "../../mx/index.ts";
import { byRule, held, type SlotState, type StepContext, type UpdateRule } from "./by-rule.ts";
import { type OptimizerKind, usual } from "./optimizer.ts";

/** Added to squared gradients. */
const leastSquare = 1e-30;
/** The second moment's decay at step t is 1 − t^decayRate. */
const decayRate = -0.8;

const isFactored = (shape: readonly number[]): boolean => shape.length >= 2;

/** 1 / √(row · column), the mean of the rows divided out. */
function inverseRoot(row: Tensor, column: Tensor): Tensor {
  const rows = row.div(row.mean(-1, true)).rsqrt();
  return rows.expandDims(-1).mul(column.rsqrt().expandDims(-2));
}

function advance(state: SlotState, square: Tensor, share: number): SlotState {
  const blend = (name: string, value: Tensor): Tensor =>
    held(state, name)
      .mul(share)
      .add(value.mul(1 - share));
  if (!isFactored(square.shape)) return { second_moment: blend("second_moment", square) };
  return {
    second_moment_row: blend("second_moment_row", square.mean(-1, false)),
    second_moment_column: blend("second_moment_column", square.mean(-2, false)),
  };
}

const [leastScale, largestStep] = [1e-3, 1e-2];

/** The rate given, or one that falls with the step; as the paper has it, times the parameter's root mean square. */
function rateFor(
  parameter: Tensor,
  { settings, learningRate, step }: StepContext,
): Tensor | number {
  const { relativeStep = false, scaleParameter = relativeStep } = settings;
  const rate = relativeStep ? Math.min(largestStep, 1 / Math.sqrt(step)) : learningRate;
  if (!scaleParameter) return rate;
  return parameter.square().mean(null, false).sqrt().maximum(leastScale).mul(rate);
}

/** Decoupled weight decay, by the rate that the update has too. */
function decayedBy(rate: Tensor | number, parameter: Tensor, { settings }: StepContext): Tensor {
  const { weightDecay, coupledDecay } = settings;
  if (weightDecay === 0 || coupledDecay === true) return parameter;
  return parameter.sub(parameter.mul(weightDecay).mul(rate));
}

const rule: UpdateRule = {
  begin({ shape }) {
    if (!isFactored(shape)) return { second_moment: zeros(shape, "float32") };
    return {
      second_moment_row: zeros(shape.slice(0, -1), "float32"),
      second_moment_column: zeros([...shape.slice(0, -2), ...shape.slice(-1)], "float32"),
    };
  },
  update(parameter, gradient, before, context) {
    const state = advance(
      before,
      gradient.square().add(leastSquare),
      1 - context.step ** decayRate,
    );
    const scale =
      state["second_moment"]?.rsqrt() ??
      inverseRoot(held(state, "second_moment_row"), held(state, "second_moment_column"));
    const step = gradient.mul(scale);
    const size = step.square().mean(null, false).sqrt();
    const clipped = step.div(size.maximum(1));
    const rate = rateFor(parameter, context);
    return { parameter: decayedBy(rate, parameter, context).sub(clipped.mul(rate)), state };
  },
};

export const adafactor: OptimizerKind = {
  about: "factored second moment, no first moment: little memory",
  highRate: 1e-2,
  updateCopies: 2,
  make: byRule(rule),
  usual,
  stateBytes(shape) {
    const size = elementCount(shape);
    const [rows = 1, columns = 1] = shape.slice(-2);
    return 4 * (isFactored(shape) ? size / rows + size / columns : size);
  },
};
