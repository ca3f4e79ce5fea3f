// Adapters of every kind learn as PEFT's and mlx-lm's do: the losses of 50 steps of AdamW from the same start, gradients
// of every adapter tensor, and logits of the trained adapter. Layers by themselves are tests/native/adapters.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isOutputFactor } from "../../../src/adapters/index.ts";
import { dispose, evaluate, scope, type Tensor } from "../../../src/mx/index.ts";
import { groupedBy, lossAndGradients, optimizers, type SlotGroup } from "../../../src/nn/index.ts";
import { supervised } from "../../../src/train/objectives/supervised.ts";
import { optimizedSlots } from "../../../src/train/run.ts";
import { TrainingStep } from "../../../src/train/step.ts";
import { relativeDifference } from "../models/fixtures.ts";
import {
  adapted,
  type AdaptedCase,
  batchOf,
  caseNames,
  type Expected,
  expectedOf,
  one,
  part,
  put,
  remake,
} from "./cases.ts";

const settings = {
  ...{ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, biasCorrection: true },
  ...{ momentum: 0.95, adamwShare: 0.2 },
};

/** |a − b| / |b|, over all elements. */
function relativeL2(actual: Tensor, expected: Tensor): number {
  return scope(() => actual.sub(expected).norm().div(expected.norm()).item());
}

async function losses(expected: Expected, { loaded }: AdaptedCase): Promise<number[]> {
  const { rate, ratio = 1 } = expected.facts;
  const slots = optimizedSlots(loaded.model).filter((slot) => slot.trainable);
  const { make } = optimizers.get("adamw");
  const [even, faster] = [1, ratio].map((rateScale) => ({ make, settings, rateScale })) as [
    SlotGroup,
    SlotGroup,
  ];
  const optimizer = groupedBy(slots, ({ name }) => (isOutputFactor(name) ? faster : even));
  const step = new TrainingStep({
    model: loaded.model,
    objective: supervised,
    slots,
    optimizer,
    maximumNorm: null,
  });
  const seen: number[] = [];
  const input = { batches: [batchOf(expected)], learningRate: rate, seeds: [0] };
  for (let at = 0; at < 50; at++) seen.push((await step.run(input))?.loss ?? Number.NaN);
  dispose(optimizer);
  return seen;
}

/**
 * Where the base is taken apart, two libraries cut between neighbouring singular values at slightly different angles: the
 * rounding over the gap between them, some ten times that of sums alone.
 */
const looseness = ({ facts }: Expected): number => (facts.peft?.init_lora_weights ? 10 : 1);

describe.each(caseNames)("%s", (name) => {
  let expected: Expected;
  let own: AdaptedCase;
  beforeAll(async () => {
    expected = await expectedOf(name);
    own = await adapted(expected);
  });
  afterAll(() => dispose([own.loaded.model, [...expected.tensors.values()]]));

  test("loses as much in each of 50 steps", async () => {
    // where the start depends on the weights, ours is compared, not PEFT's with itself
    if (expected.facts.peft?.init_lora_weights === undefined) put(own, part(expected, "start"));
    const wanted = one(expected, "losses").toFloat32();
    const seen = await losses(expected, own);
    const gap = Math.max(...seen.map((loss, at) => Math.abs(loss - (wanted[at] ?? Number.NaN))));
    // Sums in other orders move a loss of 4.8 by 1e-6; fifty steps of Adam, which divides by small moments, multiply it.
    expect(gap, remake).toBeLessThanOrEqual(1e-3);
    expect((seen[0] ?? 0) - (seen[49] ?? 0)).toBeGreaterThan(1);
  });

  test("has the gradients of every tensor where training ended", () => {
    put(own, part(expected, "trained"));
    const { model } = own.loaded;
    const slots = model.trainableSlots();
    const batch = batchOf(expected);
    scope(() => {
      const { gradients } = lossAndGradients(slots, () => [
        supervised.loss(model, batch).lossSum.div(batch.weightSum),
      ]);
      evaluate(gradients);
      for (const [at, { name: slot }] of slots.entries()) {
        const distance = relativeL2(gradients[at] as Tensor, one(expected, `gradient.${slot}`));
        // Float32 sums over all positions and layers: a few 1e-6; a wrong term would be far off.
        expect(distance, `${slot} ${remake}`).toBeLessThanOrEqual(1e-4 * looseness(expected));
      }
    });
  });

  test("gives the logits of the trained adapter", () => {
    put(own, part(expected, "trained"));
    scope(() => {
      const logits = own.loaded.model.forward(one(expected, "ids"));
      for (const from of ["logits", "mlx_logits"].filter((key) => expected.tensors.has(key)))
        // Trained activations are larger than at the start, where libraries agree to 1.4e-6.
        expect(relativeDifference(logits, one(expected, from)), from).toBeLessThanOrEqual(
          2e-5 * looseness(expected),
        );
    });
  });
});
