// Losses through heads that are not one dense product: in pieces, each computed again in the backward pass.
// The dense product's kernel is tested in kernels.test.ts.
import { expect, test } from "vitest";
import { int32, normal, randomKey, scope, type Tensor } from "../../../src/mx/index.ts";
import {
  type Head,
  Linear,
  lossAndGradients,
  lossesThroughHead,
  Module,
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
  { labelSmoothing: 0, zLoss: 0 },
  { labelSmoothing: 0.1, zLoss: 0.01 },
])("in pieces as in one, with the gradients of head and of what is below it: %o", (options) => {
  scope(() => {
    const model = new Biased();
    const x = normal(0, 1, [70, 6], randomKey(1));
    const targets = int32(Array.from({ length: 70 }, (_, row) => row % 11));
    const gradients = (classes: number): Tensor[] => {
      const found = lossAndGradients([...model.slots()], () => {
        const rows = model.input.forward(x);
        const losses = lossesThroughHead(headOf(model, classes), rows, targets, options);
        return [losses.mul(x.narrow(1, 0, 1).reshape(-1)).sum()];
      });
      return [...found.values, ...found.gradients];
    };
    const whole = gradients(11);
    // the same sums in another order
    gradients(1e9).forEach((piece, at) =>
      expect(relativeDifference(piece, whole[at] as Tensor)).toBeLessThan(2e-6),
    );
  });
});
