// Losses over pairs, over judged answers and from a teacher are what PyTorch computes over transformers' model, and so
// are their gradients. The fixture's script has the formulas, and asks TRL for the same numbers.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { EncodedRow } from "../../../src/data/index.ts";
import { scope } from "../../../src/mx/index.ts";
import { lossAndGradients } from "../../../src/nn/index.ts";
import { objectives } from "../../../src/train/objectives/index.ts";
import type { TrainableModel } from "../../../src/train/objectives/objective.ts";
import {
  DistillationOptions,
  LossOptions,
  PreferenceOptions,
} from "../../../src/train/objectives/options.ts";
import { loadTensorFile } from "../../../src/weights/index.ts";
import { loadFixture } from "../models/fixtures.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/train/preferences");

interface Case {
  method: string;
  options: Record<string, number | string>;
  loss: number;
  /** Σ over the rows, of the first answers and of the second. */
  rewards?: [number, number];
}

interface Fixture {
  rows: { prompt: number[]; answers: [number[], number[]] }[];
  labels: boolean[];
  reference: [number, number][];
  cases: Case[];
}

const { rows, labels, reference, cases } = JSON.parse(
  readFileSync(path.join(folder, "cases.json"), "utf8"),
) as Fixture;

function weightsOf(prompt: number[], answer: number[]): Float32Array {
  return Float32Array.from([...prompt.map(() => 0), ...answer.map(() => 1)]);
}

/** The rows as the objectives have them once they are measured. */
function samplesFor(method: string): EncodedRow[] {
  return rows.map(({ prompt, answers }, at) => {
    const sequences = answers.map((answer) => {
      return { ids: Int32Array.from([...prompt, ...answer]), weights: weightsOf(prompt, answer) };
    });
    const sample = { kind: "of the fixture", label: labels[at] };
    const row = { sample, format: "", file: "", line: at + 1 };
    const [own, other] = sequences as [(typeof sequences)[0], (typeof sequences)[0]];
    const base = { row, reference: reference[at] as number[] };
    if (method === "distillation") return { ...base, sequences: [own] };
    if (method !== "kto") return { ...base, sequences };
    const silent = { ids: other.ids, weights: new Float32Array(other.ids.length) };
    return { ...base, sequences: [own, silent], strange: other.weights } as EncodedRow;
  });
}

/** Loss, sums of figures, and the gradients of the parameters named. */
async function computed({ method, options }: Case, share_prompt: boolean, names: string[]) {
  const isTaught = method === "distillation";
  const untaught = await objectives.get(method).load({
    loss: LossOptions.parse({}),
    preference: PreferenceOptions.parse({ ...(!isTaught && options), share_prompt }),
    distillation: DistillationOptions.parse(isTaught ? options : {}),
  });
  const teacher = isTaught ? await loadFixture("llama-biased-tied", "float32") : undefined;
  const objective = (teacher && untaught.taughtBy?.(teacher.model as TrainableModel)) ?? untaught;
  const { model } = await loadFixture("llama", "float32");
  const padding = { padId: 0, padToMultiple: 8, maxLength: 64 };
  const units = samplesFor(method).map((sample) => [sample]);
  const batch = objective.collate(units, padding);
  return scope(() => {
    const slots = [...model.slots()].filter(({ name }) => names.includes(name));
    const loss = (): ReturnType<typeof objective.loss> =>
      objective.loss(model as TrainableModel, batch);
    const { values, gradients } = lossAndGradients(slots, () => [loss().lossSum]);
    const figures = Object.entries(loss().metrics ?? {});
    return {
      loss: values[0]?.item() ?? NaN,
      sums: Object.fromEntries(figures.map(([name, { sum }]) => [name, sum.item()])),
      gradients: new Map(slots.map(({ name }, at) => [name, gradients[at]?.toFloat32()])),
    };
  });
}

const norm = (values: Float32Array): number => Math.hypot(...values);

function relativeL2(actual: Float32Array | undefined, expected: Float32Array): number {
  const difference = expected.map((value, at) => value - (actual?.[at] ?? NaN));
  return norm(difference) / norm(expected);
}

const KEPT = [
  "model.layers.0.self_attn.q_proj.weight",
  "model.layers.2.mlp.down_proj.weight",
  "model.norm.weight",
];

describe.each(cases.map((one, at) => ({ ...one, at })))("$method $options", ({ at, ...one }) => {
  test.each([true, false])("a prompt once: %s", async (share) => {
    const { loss, sums, gradients } = await computed(one, share, KEPT);
    const { tensors } = await loadTensorFile(path.join(folder, "gradients.safetensors"));
    // float32 against float64: sums of some 50 log-probabilities near 5.
    expect(Math.abs(loss / one.loss - 1)).toBeLessThan(1e-5);
    for (const name of KEPT) {
      const expected = tensors.get(`${at}.${name}`)?.toFloat32() ?? new Float32Array();
      expect(relativeL2(gradients.get(name), expected), name).toBeLessThan(1e-4);
    }
    if (one.rewards === undefined || one.method === "kto") return;
    expect(sums["rewards/chosen"]).toBeCloseTo(one.rewards[0], 3);
    expect(sums["rewards/rejected"]).toBeCloseTo(one.rewards[1], 3);
    expect(sums["rewards/margins"]).toBeCloseTo(one.rewards[0] - one.rewards[1], 3);
  });
});
