// Losses through heads that are not one dense product: in pieces, each computed again in the backward pass where the head
// is trained, and nothing kept of its logits where it is not.
// The dense product's kernel is tested in kernels.test.ts.
import { expect, test } from "vitest";
import {
  evaluate,
  int32,
  memory,
  normal,
  randomKey,
  resetPeakMemory,
  scope,
  type Tensor,
  zeros,
} from "../../../src/mx/index.ts";
import {
  type Head,
  Linear,
  lossAndGradients,
  lossesOfLogits,
  lossesThroughHead,
  Module,
  PackedLinear,
  plainTokenLoss,
} from "../../../src/nn/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

class Biased extends Module {
  input = new Linear(6, 6, { bias: true });
  head = new Linear(6, 11, { bias: true });

  constructor() {
    super();
    for (const slot of this.slots()) slot.set(normal(0, 0.5, slot.get().shape, randomKey(3)));
  }
}

/** Pieces have 32 rows where `classes` is said to be large. */
function headOf(model: Biased, classes: number): Head {
  return { module: model.head, classes, forward: (rows) => model.head.forward(rows) };
}

test.each([
  { labelSmoothing: 0, zLoss: 0, isFrozen: false },
  { labelSmoothing: 0.1, zLoss: 0.01, isFrozen: false },
  { labelSmoothing: 0.1, zLoss: 0.01, isFrozen: true },
])("in pieces as in one, with the gradients of head and of what is below it: %o", (options) => {
  scope(() => {
    const model = new Biased();
    if (options.isFrozen) model.head.freeze();
    const x = normal(0, 1, [70, 6], randomKey(1));
    const targets = int32(Array.from({ length: 70 }, (_, row) => row % 11));
    const gradients = (classes?: number): Tensor[] => {
      const found = lossAndGradients(model.trainableSlots(), () => {
        const rows = model.input.forward(x);
        const losses =
          classes === undefined
            ? lossesOfLogits(model.head.forward(rows), targets, options)
            : lossesThroughHead(headOf(model, classes), rows, targets, options);
        return [losses.mul(x.narrow(1, 0, 1).reshape(-1)).sum()];
      });
      return [...found.values, ...found.gradients];
    };
    const whole = gradients();
    // the same sums in another order
    for (const classes of [11, 1e9])
      gradients(classes).forEach((piece, at) =>
        expect(relativeDifference(piece, whole[at] as Tensor)).toBeLessThan(2e-6),
      );
  });
});

test("of a frozen packed head no more than one piece's logits are there", () => {
  scope(() => {
    const [rows, width, classes] = [1500, 32, 40_000];
    const head = new PackedLinear(width, classes, { bias: false, groupSize: 32, bits: 4 });
    head.freeze();
    const told = { module: head, classes, forward: (states: Tensor) => head.forward(states) };
    const below = new Linear(width, width, { bias: false });
    const x = normal(0, 1, [rows, width], randomKey(1));
    evaluate([x, ...[...head.slots()].map((slot) => slot.get())]);
    resetPeakMemory();
    const before = memory().activeBytes;
    const found = lossAndGradients([...below.slots()], () => [
      lossesThroughHead(told, below.forward(x), zeros([rows], "int32"), plainTokenLoss).sum(),
    ]);
    evaluate([...found.values, ...found.gradients]);
    const allLogits = rows * classes * 4;
    expect(memory().peakBytes - before).toBeLessThan(0.7 * allLogits);
  });
});
