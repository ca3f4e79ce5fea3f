// Gradients of the ops a model is made of, against finite differences.
// That transforms themselves behave is shown in transforms.test.ts.
import { describe, expect, test } from "vitest";
import type { Handle } from "../../src/mx/binding.ts";
import { integers, mx, normal, numbers, scopedTests } from "./addon.ts";
import { expectGradients, weighted } from "./gradients.ts";

scopedTests();

type Gradable = [
  name: string,
  fn: (...inputs: Handle[]) => Handle | Handle[],
  shapes: number[][],
  argnums?: number[],
];

const positive = (a: Handle): Handle => mx.add(mx.square(a), mx.full([], 0.5, "float32"));
const gradable: Gradable[] = [
  ["exp", (a) => mx.exp(a), [[2, 3]]],
  ["log", (a) => mx.log(positive(a)), [[3]]],
  ["log1p", (a) => mx.log1p(positive(a)), [[3]]],
  ["sqrt", (a) => mx.sqrt(positive(a)), [[3]]],
  ["rsqrt", (a) => mx.rsqrt(positive(a)), [[3]]],
  [
    "tanh, erf, sigmoid, sin, cos",
    (a) => [mx.tanh(a), mx.erf(a), mx.sigmoid(a), mx.sin(a), mx.cos(a)],
    [[4]],
  ],
  [
    "arithmetic with broadcasting",
    (a, b) => mx.divide(mx.subtract(mx.multiply(a, b), a), positive(b)),
    [
      [2, 1, 3],
      [4, 1],
    ],
  ],
  ["power", (a, b) => mx.power(positive(a), b), [[3], [3]]],
  [
    "where",
    (a, b) => mx.where(mx.greater(integers([1, 0, 1]), integers([0, 0, 0])), a, b),
    [[3], [3]],
  ],
  [
    "maximum, minimum, clip",
    (a, b) => [mx.maximum(a, b), mx.minimum(a, b), mx.clip(a, -0.3, 0.3)],
    [[5], [5]],
  ],
  ["logaddexp", (a, b) => mx.logaddexp(a, b), [[3], [3]]],
  [
    "sum, mean, variance",
    (a) => [mx.sum(a, 0, false), mx.mean(a, 1, false), mx.variance(a, null, false)],
    [[3, 4]],
  ],
  ["max, min", (a) => [mx.max(a, 0, false), mx.min(a, 1, false)], [[3, 4]]],
  [
    "logsumexp, softmax, norm",
    (a) => [mx.logsumexp(a, -1, false), mx.softmax(a, -1, true), mx.norm(a, -1, false)],
    [[3, 4]],
  ],
  ["cumsum", (a) => mx.cumsum(a, 1, true, false), [[2, 4]]],
  [
    "matmul",
    (a, b) => mx.matmul(a, b),
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  [
    "gatherMm",
    (a, b) => [
      mx.gatherMm(a, b, integers([1, 0, 1]), integers([0, 1, 1]), false),
      mx.gatherMm(a, b, null, integers([0, 1]), true),
    ],
    [
      [2, 1, 4],
      [2, 4, 3],
    ],
  ],
  [
    "conv1d, of all channels and of each alone",
    (x, all, each) => [mx.conv1d(x, all, 2, 1, 1, 1), mx.conv1d(x, each, 1, 2, 2, 2)],
    [
      [2, 5, 2],
      [3, 3, 2],
      [2, 2, 1],
    ],
  ],
  [
    "shapes",
    (a) => [
      mx.transpose(mx.reshape(a, [4, 3]), null),
      mx.pad(a, [1, 0], [0, 2], 0),
      mx.repeat(a, 2, 1),
    ],
    [[3, 4]],
  ],
  [
    "concatenate, stack, split",
    (a, b) => [mx.concatenate([a, b], 0), mx.stack([a, b], 1), ...mx.split(a, 2, 1)],
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    "slice, sliceUpdate",
    (a, b) => [mx.slice(a, [0, 1], [3, 4], [2, 1]), mx.sliceUpdate(a, b, [1, 0], [3, 2], [1, 1])],
    [
      [3, 4],
      [2, 2],
    ],
  ],
  [
    "take, takeAlongAxis",
    (a) => [
      mx.take(a, integers([2, 0, 2]), 0),
      mx.takeAlongAxis(a, integers([1, 0, 3], [3, 1]), 1),
    ],
    [[3, 4]],
  ],
  ["rmsNorm", (x, w) => mx.rmsNorm(x, w, 1e-5), [[2, 6], [6]]],
  ["layerNorm", (x, w, b) => mx.layerNorm(x, w, b, 1e-5), [[2, 6], [6], [6]]],
  ["rope", (x) => mx.rope(x, 4, false, 10000, 1, 3, null), [[1, 2, 3, 4]]],
  [
    "rope with an offset for each row",
    (x) => mx.rope(x, 4, false, 10000, 1, [integers([3, 0])], null),
    [[2, 2, 3, 4]],
  ],
  [
    "attention",
    (q, k, v) => mx.scaledDotProductAttention(q, k, v, 0.5, "causal", null),
    [
      [1, 4, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
  ],
  [
    "attention of more queries",
    (q, k, v) => mx.scaledDotProductAttention(q, k, v, 0.5, "causal", null),
    [
      [1, 2, 9, 2],
      [1, 1, 9, 2],
      [1, 1, 9, 2],
    ],
  ],
  ["linear", (x, w, b) => mx.linear(x, w, b), [[2, 4], [3, 4], [3]]],
  [
    "loraLinear",
    (x, w, a, b) => mx.loraLinear(x, w, null, a, b, 1.5, 0, null),
    [
      [2, 4],
      [3, 4],
      [4, 2],
      [2, 3],
    ],
  ],
  [
    "loraLinear with dropout",
    (x, w, c, a, b) => mx.loraLinear(x, w, c, a, b, 1.5, 0.5, mx.randomKey(3)),
    [[2, 4], [3, 4], [3], [4, 2], [2, 3]],
  ],
  [
    "linearCrossEntropy",
    (h, w) => mx.linearCrossEntropy(h, w, integers([1, 4, 0]), { labelSmoothing: 0.2, zLoss: 0.1 }),
    [
      [3, 4],
      [5, 4],
    ],
  ],
  ["crossEntropy", (x) => mx.crossEntropy(x, integers([1, 4, 0])), [[3, 5]]],
  [
    "swiglu",
    (g, u) => mx.swiglu(g, u),
    [
      [2, 5],
      [2, 5],
    ],
  ],
  [
    "selectiveScan",
    (x, steps, rates, writes, reads, state) => {
      const runs = integers([1, 1, 1, 2, 2, 3, 3, 3], [2, 4]);
      const found = mx.selectiveScan(x, steps, rates, writes, reads, state, runs);
      // of no kernel on a GPU
      return found.length > 0 ? found : [x, steps, rates, writes, reads, state];
    },
    [
      [2, 4, 3],
      [2, 4, 3],
      [3, 2],
      [2, 4, 2],
      [2, 4, 2],
      [2, 3, 2],
    ],
  ],
];

describe("gradients equal finite differences:", () => {
  test.each(gradable)("%s", (_name, fn, shapes, argnums) => {
    const inputs = shapes.map((shape, index) => normal(shape, index + 11));
    expectGradients((tracers) => [fn(...tracers)].flat(), inputs, argnums);
  });
});

// Scores far apart, each query sure of one key: what is due to it is below any float32, and AdamW would make a
// full step of the roundings of a share near one.
test.each([40, 200])(
  "attention over %i keys gives a query that is sure of one no slope",
  (length) => {
    const drawn = (seed: number): Handle =>
      mx.randomNormal([1, 2, length, 16], "float32", 0, 1, mx.randomKey(seed));
    const sure = mx.multiply(drawn(1), mx.full([1], 100, "float32"));
    const slopes = mx.valueAndGrad(
      weighted(([q, k, v]) => [
        mx.scaledDotProductAttention(q as Handle, k as Handle, v as Handle, 1, "causal", null),
      ]),
      [sure, sure, drawn(2)],
      [0, 1, 2],
    );
    const [, ofQueries, ofKeys, ofValues] = slopes.map((one) => numbers(one).map(Math.abs));
    expect(Math.max(...(ofValues ?? []))).toBeGreaterThan(0.5);
    expect(Math.max(...(ofQueries ?? [Infinity]))).toBeLessThan(1e-9);
    expect(Math.max(...(ofKeys ?? [Infinity]))).toBeLessThan(1e-9);
  },
);
