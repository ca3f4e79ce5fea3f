// What a training step is made of: LoRA layers, clipping, AdamW, over hundreds of steps; nothing may pile up.
// Values of the single ops are in values.test.ts.
import { describe, expect, test } from "vitest";
import type { ArrayFunction, Handle } from "../../src/mx/binding.ts";
import { errorOf, first, floats, integers, mx, normal, numbers, scopedTests } from "./addon.ts";

scopedTests();

const settings = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0.01,
  step: 1,
  biasCorrection: true,
};

const bits = (handle: Handle): unknown => mx.toMemory(handle);

describe("loraLinear", () => {
  const shapes = { x: [2, 5, 16], w: [12, 16], a: [16, 4], b: [4, 12] };

  test.each(["float32", "bfloat16", "float16"] as const)(
    "with B = 0 is `linear` bit for bit in %s",
    (dtype) => {
      const x = mx.astype(normal(shapes.x, 1), dtype);
      const w = mx.astype(normal(shapes.w, 2), dtype);
      const bias = mx.astype(normal([12], 3), dtype);
      const zero = mx.full(shapes.b, 0, "float32");
      for (const c of [null, bias]) {
        const plain = mx.linear(x, w, c);
        for (const key of [null, mx.randomKey(1)]) {
          const adapted = mx.loraLinear(x, w, c, normal(shapes.a, 4), zero, 20, 0.1, key);
          expect(mx.dtype(adapted)).toBe(dtype);
          expect(bits(adapted)).toEqual(bits(plain));
        }
      }
    },
  );

  test("drops whole entries of x and scales the rest, before A", () => {
    const [ones, eye] = [mx.full([1, 1000], 1, "float32"), mx.full([1000, 1], 1, "float32")];
    const none = mx.full([1, 1000], 0, "float32");
    const y = mx.loraLinear(
      ones,
      none,
      null,
      eye,
      mx.full([1, 1], 1, "float32"),
      1,
      0.25,
      mx.randomKey(2),
    );
    // Sum of kept entries over 0.75: a whole number of 4/3, near 1000.
    const kept = mx.item(y) * 0.75;
    expect(Math.abs(kept - Math.round(kept))).toBeLessThan(1e-2);
    expect(Math.abs(kept - 750)).toBeLessThan(60);
  });

  test("refuses a dropout of one or more", () => {
    const [x, w, a, b] = [
      normal([1, 2], 1),
      normal([2, 2], 1),
      normal([2, 1], 1),
      normal([1, 2], 1),
    ];
    expect(errorOf(() => mx.loraLinear(x, w, null, a, b, 1, 1, mx.randomKey(0))).code).toBe(
      "FT-NATIVE-ARGUMENT",
    );
  });
});

describe("crossEntropy", () => {
  test("stays finite and exact for huge logits, and float32 for half ones", () => {
    const logits = floats([1000, 0, -1000, 0, 0, 0], [2, 3]);
    const rows = numbers(mx.crossEntropy(logits, integers([0, 2])));
    expect(rows[0]).toBe(0);
    expect(rows[1]).toBeCloseTo(Math.log(3), 6);
    expect(mx.dtype(mx.crossEntropy(mx.astype(logits, "bfloat16"), integers([1, 1])))).toBe(
      "float32",
    );
  });

  test("refuses targets of the wrong shape or kind", () => {
    expect(errorOf(() => mx.crossEntropy(normal([2, 3], 1), integers([1, 1], [1, 2]))).code).toBe(
      "FT-NATIVE-ARGUMENT",
    );
    expect(errorOf(() => mx.crossEntropy(normal([2, 3], 1), floats([1, 1]))).code).toBe(
      "FT-NATIVE-ARGUMENT",
    );
  });
});

describe("clipNorm", () => {
  test("leaves small gradients alone and scales large ones to the maximum", () => {
    const gradients = [floats([3, 0]), floats([4])];
    const [norm, ...same] = mx.clipNorm(gradients, 100);
    expect([mx.item(norm as Handle), ...same.map(numbers)]).toEqual([5, [3, 0], [4]]);
    const clipped = mx.clipNorm(gradients, 1).slice(1).flatMap(numbers);
    expect(Math.hypot(...clipped)).toBeCloseTo(1, 5);
  });

  test("measures half-precision gradients in float32 and keeps their dtype", () => {
    const many = mx.full([4096], 1, "bfloat16");
    const [norm, clipped] = mx.clipNorm([many], 1);
    expect(mx.item(norm as Handle)).toBe(64);
    expect(mx.dtype(clipped as Handle)).toBe("bfloat16");
  });

  test("of nothing is zero", () => {
    expect(mx.clipNorm([], 1).map((norm) => mx.item(norm))).toEqual([0]);
  });
});

test("adamw refuses lists of different lengths and a step of 0", () => {
  const one = [floats([1])];
  expect(errorOf(() => mx.adamw(one, [], one, one, settings)).code).toBe("FT-NATIVE-ARGUMENT");
  expect(errorOf(() => mx.adamw(one, one, one, one, { ...settings, step: 0 })).code).toBe(
    "FT-NATIVE-ARGUMENT",
  );
  expect(errorOf(() => mx.adamw(one, one, one, one, {} as never)).message).toMatch(
    /learningRate must be a number/,
  );
});

describe("300 steps of a small network", () => {
  const shapes = [
    [8, 4],
    [4, 8],
    [16, 8],
  ];

  /** Tokens in, next-token loss out, through LoRA, SwiGLU, a checkpoint and cross-entropy. */
  const loss: ArrayFunction = ([a, b, head, x, targets, w]) => {
    const h = mx.checkpoint(
      ([xx, ww, aa, bb]) => [
        mx.loraLinear(xx as Handle, ww as Handle, null, aa as Handle, bb as Handle, 2, 0, null),
      ],
      [x as Handle, w as Handle, a as Handle, b as Handle],
    );
    const gated = mx.swiglu(first(h), first(h));
    const rows = mx.crossEntropy(mx.linear(gated, head as Handle, null), targets as Handle);
    return [mx.mean(rows, null, false)];
  };

  function train(steps: number): { losses: number[]; live: number[]; memory: number[] } {
    const fixed = [
      normal([32, 8], 5),
      integers(Array.from({ length: 32 }, (_, row) => row % 16)),
      normal([8, 8], 6),
    ];
    let parameters = shapes.map((shape, i) => normal(shape, i));
    let m = shapes.map((shape) => mx.full(shape, 0, "float32"));
    let v = shapes.map((shape) => mx.full(shape, 0, "float32"));
    mx.retain([...fixed, ...parameters, ...m, ...v]);
    const seen = { losses: [] as number[], live: [] as number[], memory: [] as number[] };
    for (let step = 1; step <= steps; step++) {
      mx.scopeBegin();
      const [value, ...gradients] = mx.valueAndGrad(loss, [...parameters, ...fixed], [0, 1, 2]);
      const clipped = mx.clipNorm(gradients, 1).slice(1);
      const updated = mx.adamw(parameters, clipped, m, v, { ...settings, step });
      mx.eval([value as Handle, ...updated]);
      seen.losses.push(mx.item(value as Handle));
      mx.retain(updated);
      mx.free([...parameters, ...m, ...v]);
      [parameters, m, v] = [updated.slice(0, 3), updated.slice(3, 6), updated.slice(6)];
      mx.scopeEnd([]);
      seen.live.push(mx.liveHandles());
      // The stream's thread lets go of a step's buffers a moment after its results are there.
      mx.synchronize();
      seen.memory.push(mx.memory().activeBytes);
    }
    mx.free([...fixed, ...parameters, ...m, ...v]);
    return seen;
  }

  test("learns, keeps the number of arrays constant and the memory flat", () => {
    const { losses, live, memory } = train(300);
    expect(losses.at(-1)).toBeLessThan((losses[0] ?? 0) * 0.5);
    expect(new Set(live).size).toBe(1);
    // A leak of even one 4-byte scalar a step would add 800 bytes; a buffer still on its way out is some tens.
    const early = Math.max(...memory.slice(0, 100));
    expect(Math.max(...memory.slice(-100))).toBeLessThanOrEqual(early + 256);
  });

  test("repeats bit for bit", () => {
    expect(train(20).losses).toEqual(train(20).losses);
  });
});
