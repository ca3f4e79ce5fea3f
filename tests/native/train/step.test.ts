// One optimizer step by itself: accumulation, masks, clipping, randomness, and that nothing leaks.
// Whole runs are run.test.ts.
import { describe, expect, test } from "vitest";
import { attachLora } from "../../../src/adapters/index.ts";
import { type Batch, collate } from "../../../src/data/index.ts";
import type { LanguageModel } from "../../../src/models/index.ts";
import {
  crossEntropy,
  float32,
  int32,
  liveTensors,
  randomKey,
  scope,
  type TokenLossOptions,
} from "../../../src/mx/index.ts";
import { optimizers, type OptimizerSettings } from "../../../src/nn/index.ts";
import type { StepResult } from "../../../src/train/learner.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { TrainingStep } from "../../../src/train/step.ts";
import { buildToy, toyConfig } from "../../support/toy-model.ts";

const vocabulary = 60;
const config = { ...toyConfig, vocab_size: vocabulary };

const settings: OptimizerSettings = {
  ...{ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, biasCorrection: true },
  ...{ momentum: 0.95, adamwShare: 0.2 },
};

interface Sample {
  ids: Int32Array;
  weights: Float32Array;
}

/** A row of `length` tokens of which the first `prompt` are not learned. */
function sample(length: number, prompt: number): Sample {
  return {
    ids: Int32Array.from({ length }, (_, at) => (length * 7 + at * 5) % vocabulary),
    weights: Float32Array.from({ length }, (_, at) => (at < prompt ? 0 : 1)),
  };
}

const rows = [sample(5, 2), sample(40, 10), sample(12, 11), sample(23, 0)];

const batchOf = (samples: readonly Sample[]): Batch =>
  collate(
    samples.map((one) => [one]),
    { padId: 0, padToMultiple: 32, maxLength: 64 },
  );

interface Options {
  dropout?: number;
  optimizer?: string;
  maximumNorm?: number | null;
  recompute?: number;
  tokenLoss?: TokenLossOptions;
  embeddingNoise?: number;
}

async function makeStep(options: Options = {}) {
  const { dropout = 0, optimizer = "adamw", maximumNorm = null, recompute = 0 } = options;
  const { tokenLoss, embeddingNoise = 0 } = options;
  const model = await buildToy(config);
  attachLora(model, { rank: 4, scale: 2, dropout, targets: ["all-linear"], blockCount: -1 }, 7);
  const slots = model.trainableSlots().map((slot) => ({ ...slot, isHidden: true }));
  const training = new TrainingStep({
    model,
    objective: supervised,
    slots,
    optimizer: optimizers.get(optimizer).make(slots, settings),
    maximumNorm,
    pass: { recompute, tokenLoss },
    embeddingNoise,
  });
  const values = (): number[] => slots.flatMap((slot) => [...slot.get().toFloat32()]);
  const step = async (
    batches: Batch[],
    learningRate: number,
    seeds: number[],
  ): Promise<StepResult> => {
    const taken = await training.run({ batches, learningRate, seeds });
    if (taken === undefined) throw new Error("the step was stopped");
    return taken;
  };
  return { model, step, training, values };
}

/** Without training. */
function lossOf(model: LanguageModel, batch: Batch): number {
  return scope(() => supervised.loss(model, batch).lossSum.item()) / batch.weightSum;
}

/** The largest |a - b|. */
function distance(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((worst, value, index) => Math.max(worst, Math.abs(value - (b[index] ?? 0))), 0);
}

describe("accumulation", () => {
  test("four rows of different lengths at once are four rows one after another", async () => {
    const together = await makeStep({ maximumNorm: 1 });
    const apart = await makeStep({ maximumNorm: 1 });
    const oneByOne = rows.map((row) => batchOf([row]));
    for (let at = 0; at < 3; at++) {
      const all = await together.step([batchOf(rows)], 1e-2, [0]);
      const each = await apart.step(oneByOne, 1e-2, [0, 0, 0, 0]);
      expect(each.weight).toBe(all.weight);
      // float32 sums in another order: 1e-6 relative on a loss near 4.
      expect(Math.abs(each.loss - all.loss)).toBeLessThan(1e-5);
      expect(Math.abs((each.gradientNorm ?? 0) / (all.gradientNorm ?? 0) - 1)).toBeLessThan(1e-5);
    }
    // Adam divides by the gradient's own size, so tiny gradients may differ by a share of a step (1e-2).
    expect(distance(apart.values(), together.values())).toBeLessThan(1e-4);
  });

  test("the loss is the mean over learned tokens, not over rows", async () => {
    const { model, step } = await makeStep();
    const sums = rows.map((row) => {
      const batch = batchOf([row]);
      return {
        sum: scope(() => supervised.loss(model, batch).lossSum.item()),
        weight: batch.learnedTokens,
      };
    });
    const weight = sums.reduce((total, row) => total + row.weight, 0);
    const mean = sums.reduce((total, row) => total + row.sum, 0) / weight;
    const meanOfMeans = sums.reduce((total, row) => total + row.sum / row.weight, 0) / sums.length;
    const { loss } = await step([batchOf(rows)], 1e-3, [0]);
    expect(loss).toBeCloseTo(mean, 5);
    expect(Math.abs(loss - meanOfMeans)).toBeGreaterThan(1e-3);
  });
});

describe("what only training adds", () => {
  test("label smoothing and z-loss, as the logits have them", async () => {
    const batch = batchOf(rows);
    const { model, step } = await makeStep({ tokenLoss: { labelSmoothing: 0.1, zLoss: 0.01 } });
    const plain = lossOf(model, batch);
    const wanted = scope(() => {
      const logits = model.forward(int32(batch.ids, [batch.batch, batch.length]));
      const logSum = logits.logsumexp(-1).reshape(-1);
      const chosen = crossEntropy(logits.reshape(-1, vocabulary), int32(batch.targets));
      const spread = logSum.sub(logits.mean(-1).reshape(-1));
      const losses = chosen.mul(0.9).add(spread.mul(0.1)).add(logSum.square().mul(0.01));
      return losses.mul(float32(batch.weights)).sum().item() / batch.weightSum;
    });
    const { loss } = await step([batch], 1e-3, [0]);
    // float32 sums in another order, on a loss near 4
    expect(loss).toBeCloseTo(wanted, 5);
    expect(Math.abs(loss - plain)).toBeGreaterThan(1e-2);
  });

  test("noise on embeddings, by the step's seed and within its bound", async () => {
    const batch = batchOf(rows);
    const lossWith = async (seed: number, embeddingNoise = 5): Promise<number> =>
      (await (await makeStep({ embeddingNoise })).step([batch], 1e-3, [seed])).loss;
    const { model } = await makeStep();
    const plain = lossOf(model, batch);
    expect(await lossWith(1)).toBe(await lossWith(1));
    expect(await lossWith(2)).not.toBe(await lossWith(1));
    expect(await lossWith(1)).not.toBeCloseTo(plain, 5);
    expect(await lossWith(1, 0)).toBeCloseTo(plain, 5);
    scope(() => {
      const ids = int32(batch.ids, [batch.batch, batch.length]);
      const states = model.embedding.forward(ids);
      const bound = 5 / Math.sqrt(batch.length * states.dim(2));
      const noise = { alpha: 5, key: randomKey(3) };
      const moved = model.hidden(ids, { noise, until: 0 }).sub(states).toFloat32();
      const largest = moved.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // float32 beside embeddings of another size
      expect(largest).toBeLessThan(bound * 1.0001);
      expect(largest).toBeGreaterThan(bound * 0.95);
      const mean = moved.reduce((sum, value) => sum + value, 0) / moved.length;
      expect(Math.abs(mean)).toBeLessThan(bound * 0.05);
    });
  });
});

describe("masks", () => {
  const lossOf = async (batch: Batch): Promise<number> =>
    (await (await makeStep()).step([batch], 1e-3, [0])).loss;

  test("a target that is not learned has no say; one that is has", async () => {
    const plain = batchOf(rows);
    const index = (learned: boolean): number =>
      plain.weights.findIndex((weight, at) => at >= plain.length && (weight !== 0) === learned);
    const changed = (at: number): Batch => {
      const targets = plain.targets.slice();
      targets[at] = ((targets[at] ?? 0) + 1) % vocabulary;
      return { ...plain, targets };
    };
    const loss = await lossOf(plain);
    expect(await lossOf(changed(index(false)))).toBe(loss);
    expect(await lossOf(changed(index(true)))).not.toBe(loss);
  });

  test("padding has no say, whatever stands there", async () => {
    const [short] = rows;
    if (short === undefined) throw new Error("no row");
    const padded = (padId: number): Batch =>
      collate([[short]], { padId, padToMultiple: 32, maxLength: 64 });
    expect(await lossOf(padded(9))).toBe(await lossOf(padded(0)));
  });

  test("a weight counts as often as it says", async () => {
    const [, row] = rows;
    if (row === undefined) throw new Error("no row");
    const doubled = { ids: row.ids, weights: row.weights.map((weight) => weight * 2) };
    const once = await lossOf(batchOf([row, row, row]));
    // Three rows in two: 2 + 1. The same mean by float32 sums in another order.
    expect(await lossOf(batchOf([doubled, row]))).toBeCloseTo(once, 5);
  });

  test("learning every position is the same as gathering every position", async () => {
    const dense = batchOf([sample(65, 0), sample(65, 0)]);
    expect(dense.learnedTokens).toBe(dense.ids.length);
    const sparse: Batch = { ...dense, weights: dense.weights.map((w, at) => (at < 34 ? 0 : w)) };
    const { model } = await makeStep();
    const sum = (batch: Batch): number => scope(() => supervised.loss(model, batch).lossSum.item());
    const first: Batch = { ...dense, weights: dense.weights.map((w, at) => (at < 34 ? w : 0)) };
    expect(sum(sparse) + sum(first)).toBeCloseTo(sum(dense), 3);
  });
});

test("clipping scales the gradients to the norm, and reports the norm before", async () => {
  const free = await makeStep({ maximumNorm: 1e9 });
  const { gradientNorm } = await free.step([batchOf(rows)], 1e-3, [0]);
  const clipped = await makeStep({ maximumNorm: 1e-3 });
  expect((await clipped.step([batchOf(rows)], 1e-3, [0])).gradientNorm).toBe(gradientNorm);
  expect(gradientNorm).toBeGreaterThan(1e-3);
  const none = await makeStep();
  expect((await none.step([batchOf(rows)], 1e-3, [0])).gradientNorm).toBeNull();
});

test("dropout is drawn from the seed of the micro-batch, and evaluation has none", async () => {
  const losses = async (seeds: number[]): Promise<number[]> => {
    const { step } = await makeStep({ dropout: 0.5 });
    // The first step's update is zero where B is zero, so dropout shows from the second step on.
    const losses: number[] = [];
    for (const seed of seeds) losses.push((await step([batchOf(rows)], 1e-1, [seed])).loss);
    return losses;
  };
  expect(await losses([1, 2, 3])).toEqual(await losses([1, 2, 3]));
  expect(await losses([1, 2, 3])).not.toEqual(await losses([1, 2, 4]));
  const { model, step } = await makeStep({ dropout: 0.5 });
  await step([batchOf(rows)], 1e-1, [1]);
  const evaluated = [1, 2].map(() => lossOf(model, batchOf(rows)));
  expect(evaluated[0]).toBe(evaluated[1]);
});

test("computing activations again changes no bit, with dropout, accumulation and clipping too", async () => {
  const after = async (recompute: number): Promise<[StepResult[], number[]]> => {
    const { step, values } = await makeStep({ dropout: 0.2, maximumNorm: 1, recompute });
    const results: StepResult[] = [];
    for (const seed of [1, 3, 5])
      results.push(
        await step([batchOf(rows.slice(0, 2)), batchOf(rows.slice(2))], 1e-2, [seed, seed + 1]),
      );
    return [results.map((result) => ({ ...result, graphMilliseconds: 0 })), values()];
  };
  const plain = await after(0);
  // a block at a time, and more of them than there are
  for (const blocks of [1, 3]) expect(await after(blocks)).toEqual(plain);
});

test("muon moves matrices by orthogonal steps, AdamW the rest", async () => {
  const { step, values } = await makeStep({ optimizer: "muon" });
  const before = values();
  const first = (await step([batchOf(rows)], 1e-2, [0])).loss;
  for (let at = 0; at < 10; at++) await step([batchOf(rows)], 1e-2, [0]);
  expect((await step([batchOf(rows)], 1e-2, [0])).loss).toBeLessThan(first - 0.1);
  expect(distance(before, values())).toBeGreaterThan(1e-3);
});

test.each([
  ["adamw", 300],
  ["muon", 50],
])("steps with %s (%i of them) leave as many arrays as there were", async (optimizer, steps) => {
  const start = liveTensors();
  const made = await makeStep({ dropout: 0.1, optimizer, maximumNorm: 1 });
  const batches = rows.filter((row) => row.ids.length < 30).map((row) => batchOf([row]));
  await made.step(batches, 1e-3, [0, 1, 2]);
  const held = liveTensors();
  const counts = new Set<number>();
  for (let at = 0; at < steps; at++) {
    await made.step(batches, 1e-3, [at, at + 1, at + 2]);
    lossOf(made.model, batches[0] as Batch);
    counts.add(liveTensors());
  }
  expect([...counts]).toEqual([held]);
  for (const tensor of new Set([...made.training.tensors(), ...made.model.tensors()]))
    tensor.dispose();
  expect(liveTensors()).toBe(start);
});

test("a step that throws leaves parameters and arrays as they were", async () => {
  const { step, values } = await makeStep({ maximumNorm: 1 });
  await step([batchOf(rows)], 1e-3, [0]);
  const before = values();
  const held = liveTensors();
  const broken: Batch = { ...batchOf(rows), ids: new Int32Array(3) };
  await expect(step([broken], 1e-3, [0])).rejects.toThrow();
  expect(liveTensors()).toBe(held);
  expect(values()).toEqual(before);
});

test.each([
  ["muon", null],
  ["adamw", 1],
])(
  "%s: a step whose loss is not finite changes no bit, whatever it leaves to the next",
  async (...given) => {
    const [optimizer, maximumNorm] = given;
    const options = { optimizer, maximumNorm, dropout: 0.1 };
    const [sound, skipping] = [await makeStep(options), await makeStep(options)];
    const infinite: Batch = {
      ...batchOf(rows),
      weights: batchOf(rows).weights.map(() => Infinity),
    };
    const allOf = ({ training }: typeof sound): number[] =>
      [...training.tensors()].flatMap((tensor) => [...tensor.toFloat32()]);
    for (const made of [sound, skipping]) await made.step([batchOf(rows)], 1e-2, [1]);
    const before = allOf(skipping);
    const held = liveTensors();
    expect(await skipping.step([infinite, batchOf(rows)], 1e-2, [2, 3])).toMatchObject({
      notFinite: "loss",
    });
    expect(liveTensors()).toBe(held);
    expect(allOf(skipping)).toEqual(before);
    for (const made of [sound, skipping]) await made.step([batchOf(rows)], 1e-2, [4]);
    expect(allOf(skipping)).toEqual(allOf(sound));
  },
);

test("a step that is asked to stop between two micro-batches changes nothing", async () => {
  const { training, step, values } = await makeStep({ dropout: 0.1, maximumNorm: 1 });
  const batches = rows.map((row) => batchOf([row]));
  await step(batches, 1e-3, [0, 1, 2, 3]);
  const before = values();
  const held = liveTensors();
  let asked = 0;
  const input = { batches, learningRate: 1e-3, seeds: [4, 5, 6, 7] };
  expect(await training.run(input, () => ++asked === 2)).toBeUndefined();
  expect(asked).toBe(2);
  expect(liveTensors()).toBe(held);
  expect(values()).toEqual(before);
});
