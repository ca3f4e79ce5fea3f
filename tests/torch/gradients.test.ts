// Values and gradients of what training differentiates, over libtorch beside MLX, from the same numbers; and what the
// addon says of functions that it cannot differentiate.
import { expect } from "vitest";
import type { Binding, Handle } from "../../src/mx/binding.ts";
import { addon, MAIN_ADDON } from "../../src/mx/loader.ts";
import { errorOf } from "../native/addon.ts";
import { torch, torchTest } from "./torch.ts";

/** As many as there are shapes. */
type Given = [Handle, Handle, Handle, Handle];
type Loss = (native: Binding, inputs: Given) => Handle;

interface Differentiated {
  what: string;
  /** Of inputs drawn from a normal distribution. */
  shapes: number[][];
  of: Loss;
}

const settings = { labelSmoothing: 0.1, zLoss: 1e-3 };

function targets(native: Binding): Handle {
  return native.fromMemory(Int32Array.of(2, 0, -1, 5), [4], "int32");
}

function seen(native: Binding): Handle {
  const rows = native.arange(0, 5, 1, "int32");
  const older = native.lessEqual(rows, native.expandDims(rows, [1]));
  const near = native.greater(
    native.add(rows, native.scalarLike(3, rows)),
    native.expandDims(rows, [1]),
  );
  return native.logicalAnd(older, near);
}

const heads = [
  [2, 4, 5, 8],
  [2, 2, 5, 8],
  [2, 2, 5, 8],
];

const all: Differentiated[] = [
  { what: "rmsNorm", shapes: [[3, 8], [8]], of: (mx, [x, w]) => mx.rmsNorm(x, w, 1e-5) },
  {
    what: "layerNorm",
    shapes: [[3, 8], [8], [8]],
    of: (mx, [x, w, b]) => mx.layerNorm(x, w, b, 1e-5),
  },
  {
    what: "rope at one place",
    shapes: [[2, 2, 5, 8]],
    of: (mx, [x]) => mx.rope(x, 6, false, 10_000, 0.5, 3, null),
  },
  {
    what: "rope at a place for each row, in pairs",
    shapes: [[2, 2, 5, 8]],
    of: (mx, [x]) =>
      mx.rope(x, 8, true, 10_000, 1, [mx.fromMemory(Int32Array.of(0, 7), [2], "int32")], null),
  },
  {
    what: "rope with wavelengths",
    shapes: [[1, 2, 5, 8]],
    of: (mx, [x]) => mx.rope(x, 8, false, null, 1, 0, mx.arange(1, 5, 1, "float32")),
  },
  {
    what: "causal attention of grouped queries",
    shapes: heads,
    of: (mx, [q, k, v]) => mx.scaledDotProductAttention(q, k, v, 0.3, "causal", null),
  },
  {
    what: "attention within a window",
    shapes: heads,
    of: (mx, [q, k, v]) => mx.limitedAttention(q, k, v, 0.3, seen(mx), 3, null, null, null),
  },
  {
    what: "swiglu",
    shapes: [
      [3, 8],
      [3, 8],
    ],
    of: (mx, [gate, up]) => mx.swiglu(gate, up),
  },
  {
    what: "linear",
    shapes: [[3, 8], [6, 8], [6]],
    of: (mx, [x, w, b]) => mx.linear(x, w, b),
  },
  {
    what: "loraLinear with dropout",
    shapes: [
      [2, 3, 8],
      [6, 8],
      [8, 2],
      [2, 6],
    ],
    of: (mx, [x, w, a, b]) => mx.loraLinear(x, w, null, a, b, 2, 0.3, mx.randomKey(4)),
  },
  {
    what: "crossEntropy",
    shapes: [[4, 6]],
    of: (mx, [logits]) => mx.crossEntropy(logits, targets(mx)),
  },
  {
    what: "linearCrossEntropy, smoothed and with a zLoss",
    shapes: [
      [4, 8],
      [6, 8],
    ],
    of: (mx, [hidden, w]) => mx.linearCrossEntropy(hidden, w, targets(mx), settings),
  },
  {
    what: "linearCrossEntropySum",
    shapes: [[4, 8], [6, 8], [4]],
    of: (mx, [hidden, w, shares]) =>
      mx.linearCrossEntropySum(hidden, w, targets(mx), mx.stopGradient(shares), settings),
  },
  {
    what: "take, slices, joins and reductions",
    shapes: [
      [6, 4],
      [2, 4],
    ],
    of: (mx, [a, b]) => {
      const rows = mx.take(a, mx.fromMemory(Int32Array.of(1, 1, 4), [3], "int32"), 0);
      const part = mx.slice(a, [1, 0], [3, 4], [1, 1]);
      const put = mx.sliceUpdate(part, mx.slice(b, [0, 0], [1, 4], [1, 1]), [1, 0], [2, 4], [1, 1]);
      const joined = mx.concatenate([rows, put, mx.maximum(part, b)], 0);
      return mx.add(
        mx.logsumexp(joined, -1, false),
        mx.mean(mx.softmax(joined, -1, true), 1, false),
      );
    },
  },
];

/** The loss, a weighted sum of what is differentiated, and its slopes. */
function slopesIn(native: Binding, { shapes, of }: Differentiated): Float32Array[] {
  native.scopeBegin();
  try {
    const inputs = shapes.map((shape, seed) =>
      native.randomNormal(shape, "float32", 0, 1, native.randomKey(seed)),
    );
    const loss = (given: Handle[]): Handle[] => {
      const made = of(native, given as Given);
      const weights = native.randomNormal(native.shape(made), "float32", 0, 1, native.randomKey(9));
      return [native.sum(native.multiply(made, weights), null, false)];
    };
    const found = native.valueAndGrad(
      loss,
      inputs,
      inputs.map((_, at) => at),
    );
    return found.map((handle) => native.toMemory(handle) as Float32Array);
  } finally {
    native.scopeEnd([]);
  }
}

for (const one of all) {
  torchTest(`${one.what}: the value and its slopes are MLX's`, () => {
    const before = torch().liveHandles();
    const found = slopesIn(torch(), one);
    expect(torch().liveHandles()).toBe(before);
    slopesIn(addon(MAIN_ADDON), one).forEach((wanted, at) => {
      expect(found[at]?.length).toBe(wanted.length);
      wanted.forEach((value, index) => {
        const gap = Math.abs((found[at]?.[index] ?? Number.NaN) - value);
        expect(gap).toBeLessThanOrEqual(1e-5 + 1e-4 * Math.abs(value));
      });
    });
  });
}

torchTest("vjp pulls cotangents back as MLX does", () => {
  const pulled = [torch(), addon(MAIN_ADDON)].map((native) => {
    native.scopeBegin();
    const x = native.arange(1, 5, 1, "float32");
    const { outputs, gradients } = native.vjp(
      ([a]) => [native.square(a as Handle), native.exp(a as Handle)],
      [x],
      [native.full([4], 2, "float32"), native.full([4], 0.5, "float32")],
    );
    const all = [...outputs, ...gradients].map((one) => [
      ...(native.toMemory(one) as Float32Array),
    ]);
    native.scopeEnd([]);
    return all.flat();
  });
  pulled[1]?.forEach((value, at) => expect(pulled[0]?.[at]).toBeCloseTo(value, 4));
});

torchTest("what is recorded is known as such, and nothing is outside", () => {
  const native = torch();
  native.scopeBegin();
  const x = native.full([2], 1, "float32");
  const told: boolean[] = [];
  native.valueAndGrad(
    ([a]) => {
      told.push(native.isTraced(native.exp(a as Handle)), native.isTraced(native.exp(x)));
      told.push(native.isTraced(native.stopGradient(a as Handle)));
      return [native.sum(a as Handle, null, false)];
    },
    [x],
    [0],
  );
  expect(told).toEqual([true, false, false]);
  expect(native.isTraced(native.exp(x))).toBe(false);
  native.scopeEnd([]);
});

torchTest("a throw inside comes out as it was, and an integer is not differentiated", () => {
  const native = torch();
  native.scopeBegin();
  const [x, whole] = [native.full([], 1, "float32"), native.full([], 1, "int32")];
  const thrown = new Error("mine");
  const body = (): Handle[] =>
    native.valueAndGrad(
      () => {
        throw thrown;
      },
      [x],
      [0],
    );
  expect(errorOf(body)).toBe(thrown);
  expect(errorOf(() => native.valueAndGrad((given) => given, [whole], [0])).message).toMatch(
    /numbers with fractions/,
  );
  const nested = (): Handle[] =>
    native.valueAndGrad(
      ([a]) => native.valueAndGrad((given) => given, [a as Handle], [0]),
      [x],
      [0],
    );
  expect(errorOf(nested).message).toMatch(/inside another/);
  native.scopeEnd([]);
});
