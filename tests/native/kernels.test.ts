// The fused float32 kernels of the CPU against the same made of MLX's single ops: values, gradients, odd sizes, threads.
// On a GPU both sides are MLX's own, and the comparisons hold trivially.
import { describe, expect, test } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { first, floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";
import { weighted } from "./gradients.ts";

scopedTests();

// MLX adds a row's terms one after another in float32: over four thousand its rounding reaches 1e-5.
const tolerance = 2e-5;

const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

function expectClose(actual: Handle, wanted: Handle): void {
  expect(mx.shape(actual)).toEqual(mx.shape(wanted));
  const other = numbers(wanted);
  const gaps = numbers(actual).map((value, index) => Math.abs(value - (other[index] ?? NaN)));
  expect(largest(gaps)).toBeLessThan(tolerance * Math.max(1, largest(other.map(Math.abs))));
}

/** Outputs and the gradients of every input are the same. */
function expectSame(fused: ArrayFunction, plain: ArrayFunction, inputs: Handle[]): void {
  expectClose(first(fused(inputs)), first(plain(inputs)));
  const all = inputs.map((_, index) => index);
  const wanted = mx.valueAndGrad(weighted(plain), inputs, all).slice(1);
  const gradients = mx.valueAndGrad(weighted(fused), inputs, all).slice(1);
  gradients.forEach((gradient, index) => expectClose(gradient, wanted[index] as Handle));
}

const scaled = (handle: Handle, factor: number): Handle =>
  mx.multiply(handle, mx.full([1], factor, "float32"));

/** What `compute` gives with one thread, and with five. */
function withThreads<T>(compute: () => T): T[] {
  const before = mx.threads();
  try {
    return [1, 5].map((count) => {
      mx.setThreads(count);
      return compute();
    });
  } finally {
    mx.setThreads(before);
  }
}

describe("crossEntropy", () => {
  const plain = (logits: Handle, targets: Handle): Handle => {
    const chosen = mx.takeAlongAxis(logits, mx.expandDims(targets, [-1]), -1);
    return mx.subtract(mx.logsumexp(logits, [-1], false), mx.squeeze(chosen, [-1]));
  };

  // Fewer classes than a vector has lanes, a tail behind whole vectors, and enough for several threads.
  test.each([1, 5, 16, 37, 4099])("%i classes", (classes) => {
    const logits = scaled(normal([2, 40, classes], classes), 5);
    const targets = integers(
      Array.from({ length: 80 }, (_, row) => (row * 7) % classes),
      [2, 40],
    );
    expectSame(
      ([x]) => [mx.crossEntropy(x as Handle, targets)],
      ([x]) => [plain(x as Handle, targets)],
      [logits],
    );
  });

  test("the gradient is softmax less one at the target, as float64 has it", () => {
    const logits = scaled(normal([1, 4099], 9), 5);
    const target = mx.squeeze(integers([7]), [0]);
    const loss: ArrayFunction = ([x]) => [mx.crossEntropy(mx.squeeze(x as Handle, [0]), target)];
    const [, gradient] = mx.valueAndGrad(loss, [logits], [0]);
    const powers = numbers(logits).map(Math.exp);
    const total = powers.reduce((a, b) => a + b);
    const wanted = powers.map((power, index) => power / total - (index === 7 ? 1 : 0));
    const gaps = numbers(gradient as Handle).map((g, i) => Math.abs(g - (wanted[i] ?? NaN)));
    // Sixteen partial sums of float32 terms, and an exp exact to one unit in the last place.
    expect(largest(gaps)).toBeLessThan(1e-6);
  });

  test("logits that are not contiguous, and targets of other integers", () => {
    const logits = mx.transpose(normal([9, 6], 3), null);
    const targets = mx.astype(integers([0, 8, 1, 7, 3, 3]), "uint8");
    expectSame(
      ([x]) => [mx.crossEntropy(x as Handle, targets)],
      ([x]) => [plain(x as Handle, targets)],
      [logits],
    );
  });

  test("a row weighted with nought has no gradient, and NaN stays NaN", () => {
    const targets = integers([0, 1]);
    const masked: ArrayFunction = ([x]) => [
      mx.sum(mx.multiply(mx.crossEntropy(x as Handle, targets), floats([0, 1])), null, false),
    ];
    const [, gradient] = mx.valueAndGrad(masked, [normal([2, 20], 1)], [0]);
    const values = numbers(gradient as Handle);
    expect(values.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
    expect(values.slice(20).every((value) => value !== 0)).toBe(true);
    expect(numbers(mx.crossEntropy(floats([1, NaN, 2], [1, 3]), integers([0])))).toEqual([NaN]);
  });

  test("rows shared out to threads are the rows computed alone, bit for bit", () => {
    const logits = normal([300, 2000], 4);
    const targets = integers(Array.from({ length: 300 }, (_, row) => row));
    const all = numbers(mx.crossEntropy(logits, targets));
    for (const row of [0, 131, 299]) {
      const alone = mx.crossEntropy(mx.take(logits, integers([row]), 0), integers([row]));
      expect(numbers(alone)).toEqual([all[row]]);
    }
  });
});

describe("linearCrossEntropy", () => {
  const none = { labelSmoothing: 0, zLoss: 0 };

  /** From all logits at once. */
  const plain = (hidden: Handle, weight: Handle, targets: Handle, options: typeof none): Handle => {
    const logits = mx.linear(hidden, weight, null);
    const logSum = mx.logsumexp(logits, [-1], false);
    const spread = mx.subtract(logSum, mx.mean(logits, [-1], false));
    const parts = [
      scaled(mx.crossEntropy(logits, targets), 1 - options.labelSmoothing),
      scaled(spread, options.labelSmoothing),
      scaled(mx.square(logSum), options.zLoss),
    ];
    return parts.reduce((a, b) => mx.add(a, b));
  };

  const targetsOf = (rows: number, classes: number): Handle =>
    integers(Array.from({ length: rows }, (_, row) => (row * 7919) % classes));

  /** Both in float32, or fused in another dtype, which MLX's ops compute. With a gradient of the weight and without. */
  function expectEqual(
    [rows, width, classes]: readonly [number, number, number],
    options: typeof none,
    dtype: "float32" | "float64" = "float32",
  ): void {
    const targets = targetsOf(rows, classes);
    const [hidden, fixed] = [normal([rows, width], 1), normal([classes, width], 2)];
    const fused: ArrayFunction = ([h, w = fixed]) => {
      const both = [h, w].map((one) => mx.astype(one as Handle, dtype)) as [Handle, Handle];
      return [mx.linearCrossEntropy(...both, targets, options)];
    };
    const wanted: ArrayFunction = ([h, w = fixed]) => [plain(h as Handle, w, targets, options)];
    expectSame(fused, wanted, [hidden, fixed]);
    expectSame(fused, wanted, [hidden]);
  }

  // One row, less than a tile, several tiles of rows and of classes with a rest, rows for several threads.
  const sizes = [
    [1, 1, 1],
    [5, 3, 17],
    [300, 33, 700],
    [2, 16, 5000],
    [2100, 8, 40],
  ] as const;

  test.each(sizes)("%i rows of %i, %i classes", (...size) => {
    expectEqual(size, none);
    expectEqual(size, { labelSmoothing: 0.1, zLoss: 0 });
    expectEqual(size, { labelSmoothing: 0.2, zLoss: 0.01 });
  });

  test("in another dtype than the kernel's, in one chunk and in two", () => {
    expectEqual([70, 9, 1100], { labelSmoothing: 0.2, zLoss: 0.01 }, "float64");
    expectEqual([110, 2, 40_000], none, "float64");
  });

  test("logits of any size, which may all be low in the first tile", () => {
    const targets = integers([600, 3]);
    const hidden = floats([1, 0, 0, 1], [2, 2]);
    const numbers = Array.from({ length: 2 * 700 }, (_, at) => (at < 1024 ? -3000 : 50 * (at % 7)));
    expectSame(
      ([h, w]) => [mx.linearCrossEntropy(h as Handle, w as Handle, targets, none)],
      ([h, w]) => [plain(h as Handle, w as Handle, targets, none)],
      [hidden, floats(numbers, [700, 2])],
    );
  });

  test.each(["float32", "float64"] as const)(
    "%s: rows weighted with nought, no such target",
    (dtype) => {
      const inputs = [normal([3, 4], 1), normal([9, 4], 2)].map((one) => mx.astype(one, dtype));
      const losses: ArrayFunction = ([h, w]) => [
        mx.linearCrossEntropy(h as Handle, w as Handle, integers([0, 1, 1]), none),
      ];
      const masked: ArrayFunction = (both) => [
        mx.sum(mx.multiply(first(losses(both)), floats([0, 1, 1])), null, false),
      ];
      const [, rows, weight] = mx.valueAndGrad(masked, inputs, [0, 1]);
      expect(numbers(rows as Handle).slice(0, 4)).toEqual([0, 0, 0, 0]);
      expect(numbers(weight as Handle).every(Number.isFinite)).toBe(true);
      // computed later, the targets are not looked at before
      const absent = mx.add(integers([8, -10]), integers([1, 0]));
      const two = mx.slice(inputs[0] as Handle, [0, 0], [2, 4], [1, 1]);
      const lost = mx.linearCrossEntropy(two, inputs[1] as Handle, absent, none);
      expect(numbers(lost)).toEqual([NaN, NaN]);
    },
  );

  test("the losses are the same bits without a gradient and with one", () => {
    const [hidden, weight] = [normal([40, 6], 1), normal([600, 6], 2)];
    const fused: ArrayFunction = ([h]) => [
      mx.linearCrossEntropy(h as Handle, weight, targetsOf(40, 600), none),
    ];
    const traced = mx.vjp(fused, [hidden], [mx.full([40], 1, "float32")]).outputs;
    expect(numbers(first(fused([hidden])))).toEqual(numbers(first(traced)));
  });

  test("any number of threads gives the same bits", () => {
    const inputs = [normal([700, 24], 1), normal([3000, 24], 2)];
    const fused: ArrayFunction = ([h, w]) => [
      mx.linearCrossEntropy(h as Handle, w as Handle, targetsOf(700, 3000), {
        labelSmoothing: 0.1,
        zLoss: 0,
      }),
    ];
    const bits = withThreads(() => mx.valueAndGrad(weighted(fused), inputs, [0, 1]).map(numbers));
    expect(bits[1]).toEqual(bits[0]);
  });
});

describe("linearCrossEntropySum", () => {
  type Options = { labelSmoothing: number; zLoss: number };
  const none = { labelSmoothing: 0, zLoss: 0 };
  const targetsOf = (rows: number, classes: number): Handle =>
    integers(Array.from({ length: rows }, (_, row) => (row * 7919) % classes));
  /** Every fourth counts for nothing, another for less than nothing. */
  const sharesOf = (rows: number): Handle =>
    floats(Array.from({ length: rows }, (_, row) => [0, 0.5, -0.25, 2][row % 4] ?? 0));

  function expectSum(
    [rows, width, classes]: readonly [number, number, number],
    options: Options,
  ): void {
    const [targets, shares] = [targetsOf(rows, classes), sharesOf(rows)];
    const [hidden, weight] = [normal([rows, width], 1), normal([classes, width], 2)];
    const fused: ArrayFunction = ([h, w = weight]) => [
      mx.linearCrossEntropySum(h as Handle, w, targets, shares, options),
    ];
    const plain: ArrayFunction = ([h, w = weight]) => {
      const losses = mx.linearCrossEntropy(h as Handle, w, targets, options);
      return [mx.sum(mx.multiply(shares, losses), null, false)];
    };
    expectSame(fused, plain, [hidden, weight]);
    // the head alone, the hidden rows alone
    expectSame(
      ([w]) => fused([hidden, w as Handle]),
      ([w]) => plain([hidden, w as Handle]),
      [weight],
    );
    expectSame(fused, plain, [hidden]);
  }

  // One row, a tile with a rest, several tiles and splits, and rows in two parts.
  const sizes = [
    [1, 1, 1],
    [5, 3, 17],
    [300, 33, 700],
    [33, 4, 20_000],
    [130, 2, 140_000],
  ] as const;

  test.each(sizes)("%i rows of %i, %i classes", (...size) => {
    expectSum(size, none);
    expectSum(size, { labelSmoothing: 0.2, zLoss: 0.01 });
  });

  test("a target that is not there: NaN, unless its row counts for nothing", () => {
    const [hidden, weight] = [normal([2, 4], 1), normal([9, 4], 2)];
    // computed later, the targets are not looked at before
    const targets = (): Handle => mx.add(integers([8, 2]), integers([1, 0]));
    const lossWith =
      (shares: number[]): ArrayFunction =>
      ([h, w]) => [
        mx.linearCrossEntropySum(h as Handle, w as Handle, targets(), floats(shares), none),
      ];
    const counted = mx.valueAndGrad(lossWith([1, 1]), [hidden, weight], [0, 1]).map(numbers);
    expect(counted[0]).toEqual([NaN]);
    const ignored = mx.valueAndGrad(lossWith([0, 1]), [hidden, weight], [0, 1]).map(numbers);
    expect(ignored.flat().every(Number.isFinite)).toBe(true);
    expect(ignored[1]?.slice(0, 4)).toEqual([0, 0, 0, 0]);
  });

  test("any number of threads gives the same bits", () => {
    const inputs = [normal([300, 24], 1), normal([30_000, 24], 2)];
    const fused: ArrayFunction = ([h, w]) => [
      mx.linearCrossEntropySum(h as Handle, w as Handle, targetsOf(300, 30_000), sharesOf(300), {
        labelSmoothing: 0.1,
        zLoss: 0,
      }),
    ];
    const bits = withThreads(() => mx.valueAndGrad(fused, inputs, [0, 1]).map(numbers));
    expect(bits[1]).toEqual(bits[0]);
  });
});

describe("adamw8bit", () => {
  const settings = {
    ...{ learningRate: 0.01, beta1: 0.8, beta2: 0.95, eps: 1e-6, weightDecay: 0.1 },
    biasCorrection: true,
  };
  const packed = (values: Handle): Handle[] =>
    mx.quantize(mx.reshape(values, [-1, 64]), 64, 8, "affine");
  const unpacked = (state: readonly Handle[]): Handle => {
    const [codes, scales, biases] = state as [Handle, Handle, Handle];
    return mx.dequantize(codes, scales, biases, 64, 8, "affine", "float32");
  };

  test.each([1, 700])("moves as MLX's ops do, %i × 64 numbers", (groups) => {
    const shape = [groups, 64];
    const parameter = normal(shape, 1);
    let [fused, plain] = [parameter, mx.astype(parameter, "float64")];
    const start = [normal(shape, 2), mx.abs(normal(shape, 3))].flatMap(packed);
    let states = [start, start];
    for (let step = 1; step <= 3; step++) {
      const gradient = scaled(normal(shape, 3 + step), step === 2 ? 0 : 0.1);
      const moved = [fused, plain].map((one, at) =>
        mx.adamw8bit(one, gradient, states[at] ?? [], { ...settings, step }),
      );
      [fused, plain] = moved.map(first) as [Handle, Handle];
      states = moved.map(([, ...state]) => state);
      expectClose(fused, mx.astype(plain, "float32"));
    }
    for (const at of [0, 3]) {
      const [ours, theirs] = states.map((state) => numbers(unpacked(state.slice(at, at + 3))));
      // a number between two codes may go to either: the range of a group is at most 8, in 255 codes
      const gaps = (ours ?? []).map((value, index) => Math.abs(value - (theirs?.[index] ?? NaN)));
      expect(largest(gaps)).toBeLessThan(8 / 255);
      expect(gaps.filter((gap) => gap > 1e-4).length).toBeLessThan(0.002 * gaps.length);
    }
  });

  test("any number of threads gives the same bits", () => {
    const shape = [9000, 64];
    const state = [normal(shape, 2), mx.abs(normal(shape, 3))].flatMap(packed);
    const bits = withThreads(() =>
      mx
        .adamw8bit(normal(shape, 1), normal(shape, 4), state, { ...settings, step: 1 })
        .map(numbers),
    );
    expect(bits[1]).toEqual(bits[0]);
  });
});

test("swiglu, also where the gate is far from nought", () => {
  const inputs = [scaled(normal([5, 7, 33], 1), 30), normal([5, 7, 33], 2)];
  const plain: ArrayFunction = ([g, u]) => [
    mx.multiply(mx.multiply(g as Handle, mx.sigmoid(g as Handle)), u as Handle),
  ];
  expectSame(([g, u]) => [mx.swiglu(g as Handle, u as Handle)], plain, inputs);
  const [shut, open, none] = numbers(
    mx.swiglu(floats([-200, 200, NaN]), mx.full([3], 1, "float32")),
  );
  expect(shut).toBeCloseTo(0, 30);
  expect([open, none]).toEqual([200, NaN]);
});

describe("rmsNorm", () => {
  /** Of MLX's single ops. */
  const plain: ArrayFunction = ([x, weight]) => {
    const mean = mx.mean(mx.square(x as Handle), [-1], true);
    const root = mx.rsqrt(mx.add(mean, mx.full([], 1e-5, "float32")));
    return [mx.multiply(mx.multiply(x as Handle, root), weight as Handle)];
  };
  const fused: ArrayFunction = ([x, weight]) => [mx.rmsNorm(x as Handle, weight as Handle, 1e-5)];

  // Less than a vector, a rest behind vectors, more rows than one part of the weight's gradient has.
  test.each([
    [[1, 1], 1],
    [[2, 3, 5], 5],
    [[300, 67], 67],
  ])("%j", (shape, width) => expectSame(fused, plain, [normal(shape, 1), normal([width], 2)]));

  test("rows that are not contiguous", () => {
    const turned =
      (fn: ArrayFunction): ArrayFunction =>
      ([x, weight]) =>
        fn([mx.transpose(x as Handle, null), weight as Handle]);
    expectSame(turned(fused), turned(plain), [normal([9, 20], 1), normal([9], 2)]);
  });

  test("any number of threads gives the same bits", () => {
    const inputs = [normal([3000, 128], 1), normal([128], 2)];
    const bits = withThreads(() => mx.valueAndGrad(weighted(fused), inputs, [0, 1]).map(numbers));
    expect(bits[1]).toEqual(bits[0]);
  });
});

describe("rope", () => {
  /** With a position for each row of the batch MLX's ops compute it. */
  const both = (
    axes: number[],
    dims: number,
    offset: number,
    freqs: Handle | null,
  ): [ArrayFunction, ArrayFunction] => {
    const turn =
      (at: number | Handle[]): ArrayFunction =>
      ([x]) => {
        const heads = mx.transpose(x as Handle, axes);
        return [mx.rope(heads, dims, false, freqs === null ? 10000 : null, 0.5, at, freqs)];
      };
    return [turn(offset), turn([integers([offset, offset])])];
  };

  test.each([
    ["whole heads", 8, 0],
    ["a part of each head, behind cached keys", 6, 11],
  ])("%s", (_name, dims, offset) => {
    for (const [shape, axes] of [
      [
        [2, 3, 20, 8],
        [0, 1, 2, 3],
      ],
      [
        [2, 20, 3, 8],
        [0, 2, 1, 3],
      ],
      [
        [20, 3, 8, 2],
        [3, 1, 0, 2],
      ],
    ] as const)
      expectSame(...both([...axes], dims, offset, null), [normal(shape, 1)]);
  });

  test("wavelengths of its own, and more kinds of positions than are remembered", () => {
    for (const offset of [1, 2, 3, 4, 5, 6, 1])
      expectSame(...both([0, 1, 2, 3], 4, offset, floats([1, 40])), [normal([2, 1, 5, 4], 1)]);
  });
});

describe("loraLinear", () => {
  const [weight, bias] = [(): Handle => normal([7, 5], 8), (): Handle => normal([7], 9)];
  const inputs = (rows: number): Handle[] => [
    normal([2, rows, 5], 1),
    normal([5, 3], 2),
    normal([3, 7], 3),
  ];

  const plain =
    (drop: (x: Handle) => Handle): ArrayFunction =>
    ([x, a, b]) => {
      const update = mx.matmul(mx.matmul(drop(x as Handle), a as Handle), b as Handle);
      return [mx.add(mx.linear(x as Handle, weight(), bias()), scaled(update, 1.5))];
    };

  const fused =
    (dropout: number, key: Handle | null): ArrayFunction =>
    ([x, a, b]) => [
      mx.loraLinear(x as Handle, weight(), bias(), a as Handle, b as Handle, 1.5, dropout, key),
    ];

  test("what is added to the product is what would be added to it later", () => {
    for (const rows of [1, 4, 90])
      expectSame(
        fused(0, null),
        plain((x) => x),
        inputs(rows),
      );
  });

  // Ranks that fill groups of eight or not, one that is left to the BLAS; widths with and without whole pieces.
  test.each([
    [8, 32, 288],
    [1, 300, 32],
    [11, 33, 40],
    [32, 96, 70],
    [40, 20, 24],
  ])("rank %i, %i wide to %i", (rank, width, size) => {
    const wide = normal([size, width], 8);
    const all = [normal([2, 19, width], 1), normal([width, rank], 2), normal([rank, size], 3)];
    const update = ([x, a, b]: Handle[]): Handle =>
      mx.matmul(mx.matmul(x as Handle, a as Handle), b as Handle);
    expectSame(
      ([x, a, b]) => [
        mx.loraLinear(x as Handle, wide, null, a as Handle, b as Handle, 0.5, 0, null),
      ],
      (given) => [mx.add(mx.linear(given[0] as Handle, wide, null), scaled(update(given), 0.5))],
      all,
    );
  });

  test("with dropout, of which the frozen layer knows nothing", () => {
    const dropped = (x: Handle): Handle =>
      scaled(mx.multiply(mx.randomBernoulli(0.5, mx.shape(x), mx.randomKey(4)), x), 2);
    expectSame(fused(0.5, mx.randomKey(4)), plain(dropped), inputs(6));
  });

  test("its inputs stay what they are", () => {
    const all = inputs(4);
    const before = all.map(numbers);
    mx.eval(mx.valueAndGrad(weighted(fused(0, null)), all, [0, 1, 2]));
    expect(all.map(numbers)).toEqual(before);
  });

  test("any number of threads gives the same bits", () => {
    const [wide, tall] = [normal([600, 96], 4), normal([96, 8], 5)];
    const all = [normal([700, 96], 1), tall, normal([8, 600], 3)];
    const lora: ArrayFunction = ([x, a, b]) => [
      mx.loraLinear(x as Handle, wide, null, a as Handle, b as Handle, 2, 0, null),
    ];
    const bits = withThreads(() => mx.valueAndGrad(weighted(lora), all, [0, 1, 2]).map(numbers));
    expect(bits[1]).toEqual(bits[0]);
  });
});

test.each([null, 9])("linear whose weight is trained, bias %s", (seed) => {
  const bias = seed === null ? [] : [normal([7], seed)];
  const inputs = [normal([2, 3, 5], 1), normal([7, 5], 2), ...bias];
  expectSame(
    ([x, w, b]) => [mx.linear(x as Handle, w as Handle, b ?? null)],
    ([x, w, b]) => {
      const product = mx.matmul(x as Handle, mx.transpose(w as Handle, [1, 0]));
      return [b === undefined ? product : mx.add(product, b)];
    },
    inputs,
  );
});

describe("adamw", () => {
  const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, eps: 1e-6, weightDecay: 0.1 };
  const state = (size: number): Handle[][] =>
    [1, 2, 3, 4].map((seed) => {
      const drawn = normal([size], seed);
      return [seed === 4 ? mx.square(drawn) : drawn];
    });
  const moved = (size: number, step: number, biasCorrection: boolean): Handle[] => {
    const [parameters = [], gradients = [], first = [], second = []] = state(size);
    return mx.adamw(parameters, gradients, first, second, { ...settings, step, biasCorrection });
  };

  /** By single operations, as Loshchilov and Hutter write it. */
  const plain = (size: number, step: number, corrects: boolean): Handle[] => {
    const [p, g, m, v] = state(size).map(first) as [Handle, Handle, Handle, Handle];
    const { learningRate: rate, beta1, beta2, eps, weightDecay } = settings;
    const fresh = (old: Handle, beta: number, value: Handle): Handle =>
      mx.add(scaled(old, beta), scaled(value, 1 - beta));
    const [mean, square] = [fresh(m, beta1, g), fresh(v, beta2, mx.square(g))];
    const rise = corrects ? rate / (1 - beta1 ** step) : rate;
    const spread = scaled(mx.sqrt(square), corrects ? 1 / Math.sqrt(1 - beta2 ** step) : 1);
    const change = mx.divide(scaled(mean, rise), mx.add(spread, mx.full([1], eps, "float32")));
    return [mx.subtract(scaled(p, 1 - rate * weightDecay), change), mean, square];
  };

  // A tail behind whole vectors, and enough for several threads.
  test.each([
    [37, 1, true],
    [300_001, 3, true],
    [40, 2, false],
  ])("%i numbers at step %i, bias corrected: %s", (size, step, corrects) => {
    const wanted = plain(size, step, corrects);
    moved(size, step, corrects).forEach((one, at) => expectClose(one, wanted[at] as Handle));
  });

  test("what others hold stays what it is", () => {
    const [parameters = [], gradients = [], first = [], second = []] = state(50);
    const all = [parameters, gradients, first, second].flat();
    const before = all.map(numbers);
    mx.eval(
      mx.adamw(parameters, gradients, first, second, {
        ...settings,
        step: 1,
        biasCorrection: true,
      }),
    );
    expect(all.map(numbers)).toEqual(before);
  });

  test("any number of threads gives the same bits, of the norm too", () => {
    const bits = withThreads(() => [
      ...moved(400_000, 2, true).map(numbers),
      mx.clipNorm([normal([500, 700], 1), normal([3], 2)], 1).map(numbers),
    ]);
    expect(bits[1]).toEqual(bits[0]);
  });
});

describe("attention", () => {
  type Sees = (row: number, query: number, key: number) => boolean;

  /** MLX's own with an array that says what is seen, which takes the road without kernels. */
  const withMask = (q: Handle, k: Handle, v: Handle, sees: Sees): Handle => {
    const [rows = 0, , queries = 0] = mx.shape(q);
    const keys = mx.shape(k)[2] ?? 0;
    const seen = Array.from({ length: rows * queries * keys }, (_, at) => {
      const [key, query] = [at % keys, Math.floor(at / keys) % queries];
      return sees(Math.floor(at / keys / queries), query, key) ? 0 : -Infinity;
    });
    const mask = floats(seen, [rows, 1, queries, keys]);
    return mx.scaledDotProductAttention(q, k, v, 0.3, "", mask);
  };

  const inputsOf = (heads: number, queries: number, keys: number): Handle[] => [
    normal([2, 4, queries, 8], 1),
    normal([2, heads, keys, 8], 2),
    normal([2, heads, keys, 8], 3),
  ];

  test.each([
    ["as many heads of keys as of queries", 4, 6, 6],
    ["shared keys", 2, 17, 17],
    ["one shared head, queries behind cached keys", 1, 3, 40],
    ["one query", 2, 1, 21],
    ["several blocks and tiles", 2, 300, 300],
    ["several blocks and tiles behind cached keys", 4, 70, 601],
  ])("%s", (_name, heads, queries, keys) => {
    for (const mode of ["causal", ""] as const) {
      expectSame(
        ([q, k, v]) => [
          mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 0.3, mode, null),
        ],
        ([q, k, v]) => {
          const sees: Sees = (_row, query, key) => mode === "" || key <= query + keys - queries;
          return [withMask(q as Handle, k as Handle, v as Handle, sees)];
        },
        inputsOf(heads, queries, keys),
      );
    }
  });

  test.each([
    ["as layers give them", [2, 30, 4, 8], [0, 2, 1, 3]],
    ["as no layer does", [30, 4, 8, 2], [3, 1, 0, 2]],
  ])("heads that lie in memory %s", (_how, shape, axes) => {
    const attend =
      (own: boolean): ArrayFunction =>
      (all) => {
        const [q, k, v] = all.map((one) => mx.transpose(one, axes)) as [Handle, Handle, Handle];
        if (own) return [mx.scaledDotProductAttention(q, k, v, 0.3, "causal", null)];
        return [withMask(q, k, v, (_row, query, key) => key <= query)];
      };
    const inputs = [1, 2, 3].map((seed) => normal(shape, seed));
    expectSame(attend(true), attend(false), inputs);
  });

  interface Limits {
    window?: number;
    segments?: number[][];
    prefixes?: number[][];
  }

  function expectLimited(limits: Limits, length: number, heads = 2): void {
    const { window = 0, segments, prefixes } = limits;
    const numbers = (rows?: number[][]): Handle | null =>
      rows === undefined ? null : integers(rows.flat(), [2, length]);
    const isSegmentSeen: Sees = (row, query, key) => {
      const own = segments?.[row];
      if (own === undefined || query === key) return true;
      if (own[query] === 0) return false;
      return own[query] === own[key] || prefixes?.[row]?.[query] === own[key];
    };
    const sees: Sees = (row, query, key) => {
      const isNear = window === 0 || query - key < window;
      return key <= query && isNear && isSegmentSeen(row, query, key);
    };
    expectSame(
      ([q, k, v]) => [
        mx.limitedAttention(
          ...([q, k, v] as [Handle, Handle, Handle]),
          ...([0.3, floats([0], [1]), window, numbers(segments), numbers(prefixes), null] as const),
        ),
      ],
      ([q, k, v]) => [withMask(q as Handle, k as Handle, v as Handle, sees)],
      inputsOf(heads, length, length),
    );
  }

  /** [1, 1, 2, 0] for [[1, 2], [2, 1], [0, 1]]. */
  const runs = (...parts: [number, number][]): number[] =>
    parts.flatMap(([number, count]) => Array<number>(count).fill(number));

  test("windows, shorter and longer than a tile", () => {
    for (const window of [1, 5, 100, 280]) expectLimited({ window }, 300, 1);
  });

  test("segments and padding, also with a window", () => {
    const segments = [runs([1, 90], [2, 5], [3, 200], [0, 5]), runs([4, 1], [7, 299])];
    expectLimited({ segments }, 300);
    expectLimited({ segments, window: 60 }, 300, 4);
  });

  test("answers that share a prompt", () => {
    const segments = [runs([1, 100], [2, 20], [3, 70], [0, 10]), runs([1, 10], [2, 90], [4, 100])];
    const prefixes = [runs([1, 190], [0, 10]), runs([1, 100], [4, 100])];
    expectLimited({ segments, prefixes }, 200);
  });

  test("values of another size than keys", () => {
    const inputs = [normal([1, 4, 40, 8], 1), normal([1, 2, 40, 8], 2), normal([1, 2, 40, 5], 3)];
    expectSame(
      ([q, k, v]) => [
        mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 0.3, "causal", null),
      ],
      ([q, k, v]) => {
        const scores = mx.matmul(
          scaled(q as Handle, 0.3),
          mx.swapaxes(repeated(k as Handle), 2, 3),
        );
        const hidden = mx.greater(
          mx.arange(0, 40, 1, "int32"),
          mx.expandDims(mx.arange(0, 40, 1, "int32"), [1]),
        );
        const seen = mx.where(hidden, mx.full([], -Infinity, "float32"), scores);
        return [mx.matmul(mx.softmax(seen, [-1], true), repeated(v as Handle))];
      },
      inputs,
    );
  });

  describe("of shaped scores", () => {
    const [rows, heads, keyHeads, size] = [2, 4, 2, 8];

    interface Shape {
      cap?: number;
      sinks?: boolean;
      bias?: boolean;
    }

    /** Of queries, keys, values, sinks: by the kernel; the same by a mask array, which no kernel takes; step by step. */
    const roads = (shape: Shape, queries: number, keys: number, limits: Limits = {}) => {
      const { window = 0, segments } = limits;
      const cap = shape.cap ?? 0;
      const sees: Sees = (row, query, key) => {
        const at = query + keys - queries;
        const own = segments?.[row];
        const isNear = window === 0 || at - key < window;
        const isSame = own === undefined || own[query] === own[key];
        return key <= at && isNear && isSame && (own?.[query] !== 0 || query === key);
      };
      const seen = Array.from({ length: rows * queries * keys }, (_, at) =>
        sees(Math.floor(at / keys / queries), Math.floor(at / keys) % queries, at % keys) ? 1 : 0,
      );
      const mask = mx.greater(floats(seen, [rows, 1, queries, keys]), floats([0.5], [1]));
      const bias = shape.bias ? normal([1, heads, keys], 9) : null;
      const numbers = segments ? integers(segments.flat(), [rows, queries]) : null;
      const given = (isCausal: boolean): ArrayFunction => {
        return ([q, k, v, sinks]) => [
          mx.shapedAttention(
            ...([q, k, v] as [Handle, Handle, Handle]),
            ...([0.3, cap, isCausal, isCausal ? window : 0] as const),
            shape.sinks ? (sinks as Handle) : null,
            ...([bias, isCausal && !limits.window && !segments ? null : mask] as const),
            ...([isCausal ? numbers : null, null, null] as const),
          ),
        ];
      };
      const steps: ArrayFunction = ([q, k, v, sinks]) => {
        const products = mx.matmul(
          scaled(q as Handle, 0.3),
          mx.swapaxes(repeated(k as Handle), 2, 3),
        );
        const capped = cap === 0 ? products : scaled(mx.tanh(scaled(products, 1 / cap)), cap);
        const added = bias === null ? capped : mx.add(capped, mx.expandDims(bias, [2]));
        const scores = mx.where(mask, added, mx.full([], -Infinity, "float32"));
        const nothing = mx.add(
          mx.multiply(mx.sum(mx.exp(scores), [-1], true), floats([0], [1])),
          mx.reshape(sinks as Handle, [1, heads, 1, 1]),
        );
        const all = shape.sinks ? mx.concatenate([scores, nothing], 3) : scores;
        const shares = mx.slice(
          mx.softmax(all, [-1], true),
          [0, 0, 0, 0],
          [rows, heads, queries, keys],
          [1, 1, 1, 1],
        );
        return [mx.matmul(shares, repeated(v as Handle))];
      };
      return { kernel: given(true), blocks: given(false), steps };
    };

    const inputs = (queries: number, keys: number): Handle[] => [
      normal([rows, heads, queries, size], 1),
      normal([rows, keyHeads, keys, size], 2),
      normal([rows, keyHeads, keys, size], 3),
      normal([heads], 4),
    ];

    test.each<[string, Shape]>([
      ["capped", { cap: 0.7 }],
      ["beside sinks", { sinks: true }],
      ["with something added for each key", { bias: true }],
      ["all of it", { cap: 2, sinks: true, bias: true }],
    ])("%s", (_name, shape) => {
      const segments = [runs([1, 90], [2, 5], [3, 190], [0, 15]), runs([4, 1], [7, 299])];
      const cases: [number, number, Limits][] = [
        [3, 40, {}],
        [70, 601, {}],
        [300, 300, {}],
        [300, 300, { window: 60 }],
        [300, 300, { segments, window: 100 }],
      ];
      for (const [queries, keys, limits] of cases) {
        const { kernel, blocks, steps } = roads(shape, queries, keys, limits);
        expectSame(kernel, steps, inputs(queries, keys));
        expectSame(blocks, steps, inputs(queries, keys));
      }
    });

    test("the scores of all pairs are never there, with the kernel and without", () => {
      const shape = { cap: 2, sinks: true, bias: true };
      const given = inputs(1024, 1024);
      const { kernel, blocks } = roads(shape, 1024, 1024);
      mx.eval(given);
      // One matrix of scores is 34 MB in all; a block of 256 queries has a quarter, in ten arrays; the mask has 2 MB.
      for (const [attend, bytes] of [
        [kernel, 6e6],
        [blocks, 100e6],
      ] as const) {
        mx.resetPeakMemory();
        const { activeBytes } = mx.memory();
        mx.eval(mx.valueAndGrad(weighted(attend), given, [0, 1, 2, 3]));
        if (mx.deviceInfo().device === "cpu")
          expect(mx.memory().peakBytes - activeBytes).toBeLessThan(bytes);
      }
    });
  });

  /** Each head twice, as groups of queries see them. */
  const repeated = (h: Handle): Handle => mx.repeat(h, 2, 1);

  test("any number of threads gives the same bits", () => {
    const inputs = [
      normal([1, 6, 400, 16], 1),
      normal([1, 2, 400, 16], 2),
      normal([1, 2, 400, 16], 3),
    ];
    const attend: ArrayFunction = ([q, k, v]) => [
      mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 0.3, "causal", null),
    ];
    const bits = withThreads(() =>
      mx.valueAndGrad(weighted(attend), inputs, [0, 1, 2]).map(numbers),
    );
    expect(bits[1]).toEqual(bits[0]);
  });

  test("the scores of all pairs are never there", () => {
    const inputs = [1, 2, 3].map((seed) => normal([1, 4, 1024, 8], seed));
    mx.eval(inputs);
    mx.resetPeakMemory();
    const { activeBytes } = mx.memory();
    const attend: ArrayFunction = ([q, k, v]) => [
      mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 0.3, "causal", null),
    ];
    mx.eval(mx.valueAndGrad(weighted(attend), inputs, [0, 1, 2]));
    // One matrix of scores is 17 MB; inputs and outputs have 0.1 MB each.
    if (mx.deviceInfo().device === "cpu")
      expect(mx.memory().peakBytes - activeBytes).toBeLessThan(4e6);
  });
});
