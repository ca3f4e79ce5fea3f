// AdamW whose moments rest in 8 bits between steps, after Dettmers et al. 2022: 64 numbers share a scale. Their codes are
// spaced logarithmically; here roots are stored with even spacing (the first moment's square root with its sign, the
// second's fourth root), which is as fine near zero and needs only MLX's own quantization. Small arrays stay in float32.
import { elementCount } from "../../core/element-count.ts";
import { adamw, adamw8bit, type AdamwSettings, type Tensor, zeros } from "../../mx/index.ts";
import { byRule, held, type SlotState, type StepContext, type UpdateRule } from "./by-rule.ts";
import { type OptimizerKind, usual } from "./optimizer.ts";

/** Numbers that share a scale. */
const group = 64;
const bits = 8;
/** Arrays with fewer numbers stay in float32, as in bitsandbytes. */
const leastSize = 4096;

const labels = ["first_moment", "second_moment"] as const;
/** Of a moment that is packed, in the order in which the step takes them. */
const parts = ["", "_scales", "_biases"] as const;

function isPacked(shape: readonly number[]): boolean {
  const size = elementCount(shape);
  return size >= leastSize && size % group === 0;
}

/** Names of what a parameter's two moments consist of. */
const packedNames = labels.flatMap((label) => parts.map((part) => `${label}${part}`));

const settingsOf = ({ settings, learningRate, step }: StepContext): AdamwSettings => {
  const { beta1, beta2, eps, biasCorrection, coupledDecay } = settings;
  const weightDecay = coupledDecay === true ? 0 : settings.weightDecay;
  return { learningRate, beta1, beta2, eps, weightDecay, biasCorrection, step };
};

function named(names: readonly string[], values: readonly Tensor[]): SlotState {
  return Object.fromEntries(names.map((name, at) => [name, values[at] as Tensor]));
}

const rule: UpdateRule = {
  begin({ shape }) {
    if (!isPacked(shape))
      return named(
        labels,
        labels.map(() => zeros([...shape], "float32")),
      );
    const groups = elementCount(shape) / group;
    // codes of nought are nought on any scale
    const packed = labels.flatMap(() => [
      zeros([groups, (group * bits) / 32], "uint32"),
      zeros([groups, 1], "float32"),
      zeros([groups, 1], "float32"),
    ]);
    return named(packedNames, packed);
  },
  update(parameter, gradient, state, context) {
    const settings = settingsOf(context);
    if (isPacked(parameter.shape)) {
      const before = packedNames.map((name) => held(state, name));
      const [moved, ...after] = adamw8bit(parameter, gradient, before, settings);
      return { parameter: moved, state: named(packedNames, after) };
    }
    const [first, second] = labels.map((label) => [held(state, label)]) as [Tensor[], Tensor[]];
    const next = adamw({ parameters: [parameter], first, second }, [gradient], settings);
    const moments = [...next.first, ...next.second];
    return { parameter: next.parameters[0] as Tensor, state: named(labels, moments) };
  },
};

export const adamw8bitKind: OptimizerKind = {
  about: "AdamW with 8-bit moments",
  highRate: 1e-3,
  updateCopies: 2,
  make: byRule(rule),
  usual,
  stateBytes(shape) {
    const size = elementCount(shape);
    return isPacked(shape) ? 2 * (size + (8 * size) / group) : 8 * size;
  },
};
