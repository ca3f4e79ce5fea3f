// Linear layers over few rows, and over weights in halves or packed: the values of float32 weights, the same bits among
// however many rows, and gradients. On a GPU these are MLX's own products, whose bits nobody promises.
import { describe, expect, test } from "vitest";
import type { Dtype, Handle } from "../../src/mx/binding.ts";
import { floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";

scopedTests();

const isOnCpu = mx.deviceInfo().device === "cpu";
const dtypes = ["float32", "bfloat16", "float16"] as const satisfies readonly Dtype[];

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** Relative to the largest: float32 sums of some hundred terms in another order. */
function expectClose(actual: Handle, wanted: Handle, tolerance = 2e-6): void {
  expect(mx.shape(actual)).toEqual(mx.shape(wanted));
  const other = numbers(wanted);
  const gaps = numbers(actual).map((value, index) => value - (other[index] ?? Number.NaN));
  expect(largest(gaps)).toBeLessThanOrEqual(tolerance * largest(other));
}

const rowOf = (a: Handle, row: number): number[] => numbers(mx.take(a, integers([row]), 0));

/** Terms summed in float64. */
function exactProduct(x: Handle, weight: Handle): Handle {
  const [[rows = 0, columns = 0], [count = 0]] = [mx.shape(x), mx.shape(weight)];
  const [left, right] = [numbers(x), numbers(weight)];
  const term = (row: number, other: number): number =>
    Array.from({ length: columns }).reduce<number>(
      (sum, _, at) => sum + (left[row * columns + at] ?? 0) * (right[other * columns + at] ?? 0),
      0,
    );
  const all = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: count }, (__, other) => term(row, other)),
  );
  return floats(all.flat(), [rows, count]);
}

describe.each(dtypes)("linear over weights in %s", (dtype) => {
  const weights = (rows: number, columns: number): Handle =>
    mx.astype(normal([rows, columns], rows), dtype);

  // Less than a vector, a vector, a tail behind some; blocks of weights with a rest; one row to more than few.
  test.each([1, 15, 16, 37, 128])("%i columns", (columns) => {
    const weight = weights(13, columns);
    for (const rows of [1, 2, 3, 4, 5, 8, 11, 32, 33]) {
      const x = normal([rows, columns], rows + columns);
      expectClose(mx.linear(x, weight, null), exactProduct(x, weight));
    }
  });

  test("a bias is added, whatever axes are before the columns", () => {
    const [weight, bias, x] = [weights(70, 64), normal([70], 3), normal([2, 3, 64], 4)];
    const wanted = exactProduct(mx.reshape(x, [6, 64]), weight);
    const y = mx.linear(x, weight, bias);
    expectClose(y, mx.reshape(mx.add(wanted, bias), [2, 3, 70]));
    expect(mx.dtype(y)).toBe("float32");
    expect(mx.shape(mx.linear(normal([64], 1), weight, null))).toEqual([70]);
  });

  test("what does not lie in order is read in order", () => {
    const weight = mx.transpose(weights(48, 21), null);
    const x = mx.transpose(normal([48, 3], 1), null);
    expectClose(mx.linear(x, weight, null), exactProduct(x, weight));
  });

  test.runIf(isOnCpu)("a row is the same bits alone and among others", () => {
    const weight = weights(1500, 84);
    const x = normal([32, 84], 2);
    const together = mx.linear(x, weight, null);
    for (const rows of [1, 2, 3, 4, 7, 31]) {
      const some = mx.linear(mx.take(x, integers([...Array(rows).keys()]), 0), weight, null);
      expect(numbers(some)).toEqual(numbers(together).slice(0, 1500 * rows));
    }
    expect(numbers(mx.linear(mx.take(x, integers([29]), 0), weight, null))).toEqual(
      rowOf(together, 29),
    );
  });

  test.runIf(isOnCpu)("few rows are the bits of float32 weights, many all but", () => {
    const weight = weights(700, 96);
    const wide = mx.astype(weight, "float32");
    for (const rows of [1, 3, 5, 32]) {
      const x = normal([rows, 96], rows);
      expect(numbers(mx.linear(x, weight, null))).toEqual(numbers(mx.linear(x, wide, null)));
    }
    const x = normal([100, 96], 1);
    expectClose(mx.linear(x, weight, null), mx.linear(x, wide, null));
  });

  test.each([1, 5, 32, 90])("gradients of %i rows and of the weight", (rows) => {
    const [weight, x, slopes] = [weights(40, 64), normal([rows, 64], 1), normal([rows, 40], 2)];
    const [, ofX, ofWeight] = mx.valueAndGrad(
      ([a, w]) => [
        mx.sum(mx.multiply(mx.linear(a as Handle, w as Handle, null), slopes), null, false),
      ],
      [x, weight],
      [0, 1],
    ) as [Handle, Handle, Handle];
    expectClose(ofX, exactProduct(slopes, mx.transpose(weight, null)));
    const across = (a: Handle): Handle => mx.transpose(a, null);
    const rounding = { float32: 2e-6, bfloat16: 2 ** -8, float16: 2 ** -11 }[dtype];
    expect(mx.dtype(ofWeight)).toBe(dtype);
    expectClose(ofWeight, exactProduct(across(slopes), across(x)), rounding);
    const [, alone] = mx.valueAndGrad(
      ([a]) => [mx.sum(mx.multiply(mx.linear(a as Handle, weight, null), slopes), null, false)],
      [x],
      [0],
    );
    expectClose(alone as Handle, ofX);
  });

  test("an adapter on them is one on float32 weights", () => {
    const weight = weights(40, 64);
    const [a, b, bias] = [normal([64, 8], 5), normal([8, 40], 6), normal([40], 7)];
    for (const rows of [1, 50]) {
      const [x, slopes] = [normal([rows, 64], 8), normal([rows, 40], 9)];
      const [own, wanted] = [weight, mx.astype(weight, "float32")].map((base) =>
        mx.valueAndGrad(
          ([x, a, b]) => {
            const all = [x, base, bias, a, b] as [Handle, Handle, Handle, Handle, Handle];
            return [mx.sum(mx.multiply(mx.loraLinear(...all, 2, 0, null), slopes), null, false)];
          },
          [x, a, b],
          [0, 1, 2],
        ),
      ) as [Handle[], Handle[]];
      own.slice(1).forEach((gradient, at) => expectClose(gradient, wanted[at + 1] as Handle));
    }
  });
});

test("every float16 and bfloat16 counts as what it is", () => {
  for (const dtype of ["float16", "bfloat16"] as const) {
    const bits = Uint16Array.from({ length: 65_536 }, (_, at) => at);
    const all = mx.fromMemory(bits, [65_536, 1], dtype);
    const read = numbers(mx.linear(floats([1], [1, 1]), all, null));
    // A sum begins at nought, to which a negative nought adds nothing.
    expect(read).toEqual(numbers(all).map((value) => (value === 0 ? 0 : value)));
  }
});

describe.runIf(isOnCpu)("packed weights", () => {
  test.each([2, 3, 4, 5, 6, 8])("in %i bits are the bits of what they stand for", (bits) => {
    const parts = mx.quantize(normal([300, 192], 1), 32, bits, "affine") as [
      Handle,
      Handle,
      Handle,
    ];
    const wide = mx.dequantize(...parts, 32, bits, "affine", "float32");
    const product = (x: Handle): number[] =>
      numbers(mx.quantizedMatmul(x, ...parts, true, 32, bits, "affine"));
    const x = normal([32, 192], 2);
    const together = product(x);
    for (const rows of [1, 2, 5, 16, 32]) {
      const some = mx.take(x, integers([...Array(rows).keys()]), 0);
      expect(product(some)).toEqual(together.slice(0, rows * 300));
      expect(product(some)).toEqual(numbers(mx.linear(some, wide, null)));
    }
  });
});

test("threads change no bit", () => {
  const before = mx.threads();
  const [x, weight] = [normal([5, 64], 1), mx.astype(normal([4000, 64], 2), "bfloat16")];
  try {
    const [one, five] = [1, 5].map((count) => {
      mx.setThreads(count);
      return numbers(mx.linear(x, weight, null));
    });
    expect(one).toEqual(five);
  } finally {
    mx.setThreads(before);
  }
});
