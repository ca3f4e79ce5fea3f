// Stochastic gradient descent with momentum, wants a rate of 0.1 and more (Polyak 1964), numerics of mlx.optimizers.SGD, but for weight decay, which
// is decoupled (SGDW, Loshchilov & Hutter 2019).
import { zeros } from "../../mx/index.ts";
import { byRule, decayed, held, type UpdateRule } from "./by-rule.ts";
import { moments, type OptimizerKind, usual } from "./optimizer.ts";

const rule: UpdateRule = {
  begin: (parameter) => ({ momentum: zeros(parameter.shape, "float32") }),
  update(parameter, gradient, state, context) {
    const { settings, learningRate } = context;
    const momentum = held(state, "momentum").mul(settings.momentum).add(gradient);
    return {
      parameter: decayed(parameter, context).sub(momentum.mul(learningRate)),
      state: { momentum },
    };
  },
};

export const sgd: OptimizerKind = {
  about: "gradient descent with momentum",
  highRate: 1,
  updateCopies: 3,
  make: byRule(rule),
  usual: { ...usual, momentum: 0.9 },
  stateBytes: moments(1),
};
