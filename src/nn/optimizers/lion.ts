// Lion (Chen et al. 2023): the sign of an interpolated momentum, decoupled decay; numerics of mlx.optimizers.Lion.
// Its steps are as long as the rate, so it wants a rate three to ten times smaller than AdamW's.
import { zeros } from "../../mx/index.ts";
import { byRule, decayed, held, type UpdateRule } from "./by-rule.ts";
import { moments, type OptimizerKind, usual } from "./optimizer.ts";

const rule: UpdateRule = {
  begin: (parameter) => ({ momentum: zeros(parameter.shape, "float32") }),
  update(parameter, gradient, state, context) {
    const { beta1, beta2 } = context.settings;
    const before = held(state, "momentum");
    const direction = before
      .mul(beta1)
      .add(gradient.mul(1 - beta1))
      .sign();
    return {
      parameter: decayed(parameter, context).sub(direction.mul(context.learningRate)),
      state: { momentum: before.mul(beta2).add(gradient.mul(1 - beta2)) },
    };
  },
};

export const lion: OptimizerKind = {
  about: "sign of the momentum; use 1/10 to 1/3 of AdamW's learning rate",
  highRate: 3e-4,
  updateCopies: 3,
  make: byRule(rule),
  usual: { ...usual, beta2: 0.99 },
  stateBytes: moments(1),
};
