// The short convolution is MLX's general one, cut to what came before: at once, through a cache, behind padding, packed.
// Whole recurrent layers are compared with transformers' in tests/parity/models.
import { describe, expect, test } from "vitest";
import { Pass, ShortConvolution, StateCache } from "../../../src/models/kit/index.ts";
import {
  concatenate,
  conv1d,
  int32,
  normal,
  randomKey,
  scope,
  type Tensor,
  zeros,
} from "../../../src/mx/index.ts";
import { lossAndGradients, silu } from "../../../src/nn/index.ts";
import { relativeDifference } from "../../parity/models/fixtures.ts";

const [channels, length] = [5, 11];

/** Sums of a few float32 products in another order. */
const tolerance = 1e-6;

function made(width: number, isFull = true): ShortConvolution {
  const activation = isFull ? silu : undefined;
  const convolution = new ShortConvolution({ channels, width, bias: isFull, activation });
  convolution.weight = normal(0, 1, [channels, 1, width], randomKey(1));
  if (isFull) convolution.bias = normal(0, 1, [channels], randomKey(2));
  return convolution;
}

function numbers(rows: number, count = length): Tensor {
  return normal(0, 1, [rows, count, channels], randomKey(3));
}

function wanted({ weight, bias }: ShortConvolution, x: Tensor): Tensor {
  const padding = weight.dim(2) - 1;
  const sum = conv1d(x, weight.transpose(0, 2, 1), { padding, groups: channels });
  const cut = sum.narrow(1, 0, x.dim(1));
  return bias === undefined ? cut : silu(cut.add(bias));
}

const forward = (convolution: ShortConvolution, x: Tensor): Tensor =>
  convolution.forward(x, new Pass(x.dim(1), {}).block(0));

describe.each([1, 2, 4, 7])("%i wide", (width) => {
  test.each([true, false])("with a bias and an activation: %s", (isFull) => {
    scope(() => {
      const convolution = made(width, isFull);
      const found = forward(convolution, numbers(2));
      expect(relativeDifference(found, wanted(convolution, numbers(2)))).toBeLessThan(tolerance);
    });
  });

  test("the gradients of input, weight and bias are the general one's", () => {
    scope(() => {
      const convolution = made(width);
      const factors = normal(0, 1, [2, length, channels], randomKey(4));
      let x = numbers(2);
      const input = {
        name: "x",
        trainable: true,
        get: () => x,
        set: (value: Tensor) => {
          x = value;
        },
      };
      const slots = [input, ...convolution.slots()];
      const gradientsOf = (of: (x: Tensor) => Tensor) =>
        lossAndGradients(slots, () => [of(x).mul(factors).sum()]).gradients;
      const found = gradientsOf((at) => forward(convolution, at));
      const expected = gradientsOf((at) => wanted(convolution, at));
      expect(found.length).toBe(3);
      for (const [at, gradient] of found.entries())
        expect(relativeDifference(gradient, expected[at] as Tensor)).toBeLessThan(tolerance);
    });
  });

  test("in pieces through a cache it is the same", () => {
    scope(() => {
      const convolution = made(width);
      const context = { cache: [new StateCache()] };
      const pieces = numbers(2)
        .splitAt([1, 2, 8], 1)
        .map((piece) => {
          const mixed = convolution.forward(piece, new Pass(piece.dim(1), context).block(0));
          context.cache[0]?.advance(piece.dim(1));
          return mixed;
        });
      const whole = forward(convolution, numbers(2));
      expect(relativeDifference(concatenate(pieces, 1), whole)).toBeLessThan(tolerance);
    });
  });

  test("padding before a row is not seen, whatever it holds", () => {
    scope(() => {
      const convolution = made(width);
      const cache = new StateCache({ offset: 0, padding: [4, 0] });
      const found = convolution.forward(numbers(2), new Pass(length, { cache: [cache] }).block(0));
      const rows = numbers(2).split(2, 0) as [Tensor, Tensor];
      const short = rows[0].narrow(1, 4, length);
      const own = found.narrow(0, 0, 1).narrow(1, 4, length);
      expect(relativeDifference(own, forward(convolution, short))).toBeLessThan(tolerance);
      expect(relativeDifference(found.narrow(0, 1, 2), forward(convolution, rows[1]))).toBeLessThan(
        tolerance,
      );
    });
  });

  test("texts packed into a row do not see each other", () => {
    scope(() => {
      const convolution = made(width);
      const segments = int32([1, 1, 1, 2, 3, 3, 3, 3, 3, 0, 0], [1, length]);
      const context = new Pass(length, { segments }).block(0);
      const packed = convolution.forward(numbers(1), context).splitAt([3, 4, 9], 1);
      const alone = numbers(1)
        .splitAt([3, 4, 9], 1)
        .map((text) => forward(convolution, text));
      for (const at of [0, 1, 2])
        expect(relativeDifference(packed[at] as Tensor, alone[at] as Tensor)).toBeLessThan(
          tolerance,
        );
    });
  });
});

test("a beginning that several texts share is refused", () => {
  scope(() => {
    const segments = int32([1, 1, 2, 3], [1, 4]);
    const prefixes = int32([1, 1, 1, 1], [1, 4]);
    const context = new Pass(4, { segments, prefixes, positions: segments }).block(0);
    const convolution = made(4);
    expect(() => convolution.forward(zeros([1, 4, channels]), context)).toThrow(RangeError);
  });
});
