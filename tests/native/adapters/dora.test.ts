// DoRA's layers and the two operations under them: against the dense matrix that they never form. How whole models learn
// with them is tests/parity/adapters.
import { describe, expect, test } from "vitest";
import { DoraEmbedding } from "../../../src/adapters/dora/dora-embedding.ts";
import { DoraLinear } from "../../../src/adapters/dora/dora-linear.ts";
import { attachAdapter, fuseAdapters, placeAdapter } from "../../../src/adapters/index.ts";
import {
  dispose,
  doraSum,
  evaluate,
  int32,
  liveTensors,
  normal,
  randomKey,
  scope,
  type Tensor,
  updatedNorm,
  valueAndGrad,
  zeros,
} from "../../../src/mx/index.ts";
import {
  Embedding,
  type EmbeddingLike,
  Linear,
  type LinearLike,
  lossAndGradients,
  type Module,
  PackedEmbedding,
  PackedLinear,
} from "../../../src/nn/index.ts";
import { bitsOf, relativeDifference } from "../../parity/models/fixtures.ts";
import { errorOf, mx, normal as handleOf, scopedTests } from "../addon.ts";
import { expectGradients } from "../gradients.ts";
import { someIds, tinyLlama } from "./tiny-llama.ts";

scopedTests();

const shape = { rank: 4, scale: 1.5, dropout: 0 };
const packing = { groupSize: 32, bits: 4 };
const drawn = (size: number[], seed: number, deviation = 0.3): Tensor =>
  normal(0, deviation, size, randomKey(seed));

function linear(inputSize: number, outputSize: number, bias = true): Linear {
  const layer = new Linear(inputSize, outputSize, { bias });
  layer.weight = drawn([outputSize, inputSize], 1);
  if (bias) layer.bias = drawn([outputSize], 2, 3);
  return layer;
}

function table(): Embedding {
  const layer = new Embedding(12, 64);
  layer.weight = drawn([12, 64], 3);
  return layer;
}

/** Away from its start, as after training. */
function trained<Layer extends DoraLinear | DoraEmbedding>(layer: Layer): Layer {
  layer.lora_b = drawn([...layer.lora_b.shape], 4);
  layer.m = layer.m.mul(drawn([...layer.m.shape], 5, 0.2).add(1));
  return layer;
}

const onLinear = (base: Module & LinearLike): DoraLinear =>
  trained(new DoraLinear(base, shape, randomKey(6)));
const onTable = (base: Module & EmbeddingLike): DoraEmbedding =>
  trained(new DoraEmbedding(base, shape, randomKey(6)));

const bases: [string, () => Module & LinearLike][] = [
  ["a dense layer", () => linear(64, 96, false)],
  ["a layer with a bias", () => linear(64, 96)],
  ["a packed layer", () => PackedLinear.of(linear(64, 96, false), packing)],
  ["a packed layer with a bias", () => PackedLinear.of(linear(64, 96), packing)],
];

describe.each(bases)("on %s", (_name, make) => {
  test("it begins as its base", () => {
    const base = make();
    const adapted = new DoraLinear(base, shape, randomKey(6));
    const x = drawn([2, 5, 64], 7, 1);
    // m / ‖w‖ is one to a rounding, and a bias is taken off and put back
    expect(relativeDifference(adapted.forward(x), base.forward(x))).toBeLessThanOrEqual(2e-6);
  });

  test("it computes what its dense matrix computes", () => {
    const adapted = onLinear(make());
    const x = drawn([2, 5, 64], 7, 1);
    // x·W + (x·A)·B against x·(W + A·B), and a norm from its three terms
    expect(
      relativeDifference(adapted.forward(x), adapted.toDense().forward(x)),
    ).toBeLessThanOrEqual(1e-5);
  });

  test("its rows have the lengths that it learned", () => {
    const adapted = onLinear(make());
    const lengths = adapted.toDense().weight.norm(-1);
    expect(relativeDifference(lengths, adapted.m)).toBeLessThanOrEqual(1e-6);
  });

  test("gradients are those of the dense formula with a constant denominator", () => {
    const adapted = onLinear(make());
    adapted.linear.freeze();
    const x = drawn([2, 5, 64], 7, 1);
    const { weight, bias } = adapted.linear.toDense();
    const dense = (): Tensor => {
      const updated = weight.add(
        adapted.lora_a.matmul(adapted.lora_b).transpose().mul(shape.scale),
      );
      const gain = adapted.m.div(updated.stopGradient().norm(-1)).expandDims(-1);
      const y = x.matmul(updated.mul(gain).transpose());
      return bias === undefined ? y : y.add(bias);
    };
    const slots = adapted.trainableSlots();
    expect(slots.map(({ name }) => name)).toEqual(["lora_a", "lora_b", "m"]);
    const gradients = [(): Tensor => adapted.forward(x), dense].map(
      (forward) => lossAndGradients(slots, () => [forward().square().sum()]).gradients,
    );
    for (const [at, { name }] of slots.entries()) {
      const [own, wanted] = gradients.map((list) => list[at]) as [Tensor, Tensor];
      // sums in another order
      expect(relativeDifference(own, wanted), name).toBeLessThanOrEqual(2e-5);
    }
  });
});

describe.each<[string, () => Module & EmbeddingLike]>([
  ["a table", table],
  ["a packed table", () => PackedEmbedding.of(table(), packing)],
])("on %s", (_name, make) => {
  test("it looks up and multiplies as its dense table does", () => {
    const adapted = onTable(make());
    const plain = adapted.toDense();
    const [ids, x] = [int32([3, 0, 11, 3]), drawn([2, 64], 8, 1)];
    for (const of of [
      (one: EmbeddingLike) => one.forward(ids),
      (one: EmbeddingLike) => one.asLinear(x),
    ])
      expect(relativeDifference(of(adapted), of(plain))).toBeLessThanOrEqual(1e-5);
  });
});

test("a row of zeros stays one, and every gradient is finite", () => {
  const base = linear(64, 96, false);
  base.weight = base.weight.updated(zeros([2, 64]), [3, 0]);
  const adapted = onLinear(base);
  adapted.linear.freeze();
  const slots = adapted.trainableSlots();
  const { values, gradients } = lossAndGradients(slots, () => [
    adapted
      .forward(drawn([5, 64], 7, 1))
      .square()
      .sum(),
  ]);
  evaluate([...values, ...gradients]);
  for (const value of [...values, ...gradients])
    expect(value.isfinite().all().item(), "finite").toBe(1);
});

test("in half precision the output stays half, the adapter float32", () => {
  const base = linear(64, 96);
  base.weight = base.weight.astype("bfloat16");
  base.bias = base.bias?.astype("bfloat16") as Tensor;
  const adapted = onLinear(base);
  const x = drawn([2, 5, 64], 7, 1);
  const half = adapted.forward(x.astype("bfloat16"));
  expect([half.dtype, adapted.m.dtype]).toEqual(["bfloat16", "float32"]);
  // bfloat16 keeps eight bits
  expect(relativeDifference(half, adapted.toDense().forward(x))).toBeLessThanOrEqual(2e-2);
});

describe("attached to a model", () => {
  const placement = { ...shape, targets: ["all-linear"], blockCount: -1 };

  test("it has the shapes that were planned, leaves logits as they are, and is fused away", async () => {
    const before = liveTensors();
    const model = await tinyLlama();
    const { shapes } = placeAdapter(model, "dora", placement);
    const plain = scope(() => model.forward(someIds()).toFloat32());
    expect(attachAdapter(model, "dora", placement, 1).kind).toBe("dora");
    const slots = model.trainableSlots();
    expect(new Map(slots.map((slot) => [slot.name, slot.get().shape]))).toEqual(shapes);
    const adapted = scope(() => model.forward(someIds()).toFloat32());
    expect(
      Math.max(...adapted.map((value, at) => Math.abs(value - (plain[at] ?? 0)))),
    ).toBeLessThan(1e-6);
    scope(() => fuseAdapters(model));
    expect([...model.parameters().keys()].some((name) => /lora|\.m$/.test(name))).toBe(false);
    dispose(model);
    expect(liveTensors()).toBe(before);
  });

  test("the seed alone decides the first factors, as LoRA's", async () => {
    const factors = async (kind: string): Promise<string[]> => {
      const model = await tinyLlama();
      attachAdapter(model, kind, placement, 5);
      const those = model.trainableSlots().filter(({ name }) => name.endsWith("lora_a"));
      const bits = bitsOf(those.map((slot) => slot.get()));
      dispose(model);
      return bits;
    };
    expect(await factors("dora")).toEqual(await factors("lora"));
  });
});

describe("the operations", () => {
  test("doraSum's gradients are those of differences, for what is not constant", () => {
    const inputs = [[3, 5], [3, 2], [2, 5], [5]].map((size, at) => handleOf(size, at + 1));
    const norm = mx.add(mx.square(handleOf([5], 9)), mx.full([5], 0.5, "float32"));
    const sum = (given: number[]): number[] => {
      const [base, narrow, b, magnitude] = given as [number, number, number, number];
      return [mx.doraSum(base, narrow, b, magnitude, norm, 1.5)];
    };
    expectGradients(sum, inputs);
  });

  test("doraSum's kernels give what plain operations give, over many columns and rows", () => {
    // columns that fill no whole piece, and enough of both for several threads
    const [rows, columns] = [400, 1100];
    const [base, narrow, b] = [
      drawn([rows, columns], 1),
      drawn([rows, 3], 2),
      drawn([3, columns], 3),
    ];
    const [magnitude, norm] = [drawn([columns], 4), drawn([columns], 5).abs().add(0.5)];
    const inputs = [base, narrow, b, magnitude];
    const slopes = drawn([rows, columns], 6);
    const along = (sum: Tensor): Tensor[] => [sum.mul(slopes).sum()];
    const fused = valueAndGrad(([x, z, B, m]) => {
      const operands = { narrow: z as Tensor, b: B as Tensor, scale: 1.5, magnitude: m as Tensor };
      return along(doraSum(x as Tensor, { ...operands, norm }));
    }, inputs);
    const plain = valueAndGrad(([x, z, B, m]) => {
      const sum = (x as Tensor).add((z as Tensor).matmul(B as Tensor).mul(1.5));
      return along(sum.mul((m as Tensor).div(norm)));
    }, inputs);
    for (const [at, wanted] of [...plain.values, ...plain.gradients].entries())
      // sums in another order
      expect(
        relativeDifference([...fused.values, ...fused.gradients][at] as Tensor, wanted),
      ).toBeLessThanOrEqual(5e-6);
  });

  test("updatedNorm is the norm of the updated matrix, and has no gradient", () => {
    const [weight, a, b] = [drawn([7, 6], 1), drawn([6, 2], 2), drawn([2, 7], 3)];
    const update = { a, b, scale: 2 };
    const norm = updatedNorm(
      weight.square().sum(-1),
      a.transpose().matmul(weight.transpose()),
      update,
    );
    const dense = weight.add(a.matmul(b).transpose().mul(2)).norm(-1);
    expect(relativeDifference(norm, dense)).toBeLessThanOrEqual(2e-6);
  });

  test("sizes that do not agree are refused", () => {
    const [base, narrow, b, rows] = [[3, 5], [3, 2], [2, 4], [5]].map((size) =>
      handleOf(size, 1),
    ) as [...[number, number, number, number]];
    expect(errorOf(() => mx.doraSum(base, narrow, b, rows, rows, 1)).code).toBe(
      "FT-NATIVE-ARGUMENT",
    );
    expect(errorOf(() => mx.updatedNorm(rows, narrow, base, b, 1)).code).toBe("FT-NATIVE-ARGUMENT");
    expect(errorOf(() => mx.eigh(base)).code).toBe("FT-NATIVE-ARGUMENT");
    expect(errorOf(() => mx.qr(rows)).code).toBe("FT-NATIVE-ARGUMENT");
  });
});
