// AdamW whose moments rest in 8 bits between steps, after Dettmers et al. 2022: 64 numbers share a scale. Their codes are
// spaced logarithmically; here roots are stored with even spacing (the first moment's square root with its sign, the
// second's fourth root), which is as fine near zero and needs only MLX's own quantization. Small arrays stay in float32.
import { elementCount } from "../../core/element-count.ts";
import { dequantize, quantize, type Tensor, zeros } from "../../mx/index.ts";
import { byRule, decayed, held, type SlotState, type UpdateRule } from "./by-rule.ts";
import { type OptimizerKind, usual } from "./optimizer.ts";

/** Numbers that share a scale. */
const group = 64;
const bits = 8;
/** Arrays with fewer numbers stay in float32, as in bitsandbytes. */
const leastSize = 4096;

interface Moment {
  label: string;
  /** To what is stored, and back. */
  shrink(value: Tensor): Tensor;
  grow(stored: Tensor): Tensor;
}

const first: Moment = {
  label: "first_moment",
  shrink: (value) => value.sign().mul(value.abs().sqrt()),
  grow: (stored) => stored.mul(stored.abs()),
};
const second: Moment = {
  label: "second_moment",
  shrink: (value) => value.sqrt().sqrt(),
  grow: (stored) => stored.square().square(),
};

function isPacked(shape: readonly number[]): boolean {
  const size = elementCount(shape);
  return size >= leastSize && size % group === 0;
}

function pack({ label, shrink }: Moment, value: Tensor): SlotState {
  if (!isPacked(value.shape)) return { [label]: value };
  const [packed, scales, biases] = quantize(shrink(value).reshape(-1, group), group, bits);
  return { [label]: packed, [`${label}_scales`]: scales, [`${label}_biases`]: biases };
}

function unpack({ label, grow }: Moment, state: SlotState, shape: readonly number[]): Tensor {
  const stored = held(state, label);
  if (!isPacked(shape)) return stored;
  const [scales, biases] = [held(state, `${label}_scales`), held(state, `${label}_biases`)];
  return grow(dequantize(stored, scales, biases, { groupSize: group, bits }).reshape(...shape));
}

const rule: UpdateRule = {
  begin({ shape }) {
    const none = zeros([...shape], "float32");
    return { ...pack(first, none), ...pack(second, none) };
  },
  update(parameter, gradient, state, context) {
    const { settings, learningRate, step } = context;
    const { beta1, beta2, eps, biasCorrection } = settings;
    const blend = (moment: Moment, value: Tensor, share: number): Tensor =>
      unpack(moment, state, parameter.shape)
        .mul(share)
        .add(value.mul(1 - share));
    const m = blend(first, gradient, beta1);
    const v = blend(second, gradient.square(), beta2);
    const [correct1, correct2] = biasCorrection ? [1 - beta1 ** step, 1 - beta2 ** step] : [1, 1];
    const size = v.sqrt().div(Math.sqrt(correct2)).add(eps);
    const change = m.div(size).mul(learningRate / correct1);
    return {
      parameter: decayed(parameter, context).sub(change),
      state: { ...pack(first, m), ...pack(second, v) },
    };
  },
};

export const adamw8bit: OptimizerKind = {
  about: "AdamW with its moments in 8 bits",
  highRate: 1e-3,
  updateCopies: 50,
  make: byRule(rule),
  usual,
  stateBytes(shape) {
    const size = elementCount(shape);
    return isPacked(shape) ? 2 * (size + (8 * size) / group) : 8 * size;
  },
};
