// Several workers that learn from pairs of answers or from a teacher, against one: losses, gradients, weights and every
// figure beside them, where the last batch has a single row and the last evaluation too few for all.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { ftHome } from "../../../src/core/paths.ts";
import {
  adapterOf,
  ofWorkers,
  plain,
  requireSame,
  seen,
  type Trained,
} from "../../support/crew-runs.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;

const pair = (index: number): object => ({
  prompt: `What is ${index} plus one${", please".repeat(index % 3)}?`,
  chosen: `It is ${index + 1}.`,
  rejected: `Bananas, ${index}${", and more".repeat(index % 2)}.`,
});

beforeAll(async () => {
  folder = join(inject("runFolder"), "workers-objectives");
  await makeToyModel(join(folder, "model"), { embeddingDeviation: 0.5 });
  await makeToyModel(join(folder, "teacher"), { embeddingDeviation: 0.4 });
  const pairs = Array.from({ length: 20 }, (_, index) => pair(index));
  writeRows(join(folder, "pairs.jsonl"), pairs.slice(0, 13));
  writeRows(join(folder, "pairs-validation.jsonl"), pairs.slice(13));
  writeRows(join(folder, "rows.jsonl"), 13);
  writeRows(join(folder, "rows-validation.jsonl"), 7);
});

interface Kind {
  method: string;
  rows: string;
  more: readonly string[];
  /** Of its folders. */
  name?: string;
}

function train({ method, rows, more, name = method }: Kind, workers: number): Promise<Trained> {
  const output = join(folder, `${name}-${workers}`);
  const args = [
    ...["train", "start", join(folder, "model"), join(folder, `${rows}.jsonl`)],
    ...["--validation-file", join(folder, `${rows}-validation.jsonl`), "--output", output],
    ...["--method", method, ...more, "--template", "chatml", "--batch-size", "4"],
    ...["--lora-dropout", "0", "--target-modules", "all-linear", "--lr-scheduler", "constant"],
    ...["--report-every", "1", "--iters", "5", "--lr", "0.05", "--eval-steps", "5"],
    ...[...plain, ...ofWorkers(workers)],
  ];
  return seen(args, adapterOf(output));
}

/** Before its first step a model prefers nothing to itself: whether a margin is above 0 is a matter of rounding. */
const isChance = (step: number, figure: string): boolean =>
  step === 1 && figure === "rewards/accuracies";

const measured = (): string[] => readdirSync(join(ftHome(), "cache", "reference")).sort();

test.each([
  { method: "dpo", rows: "pairs", more: [], workers: [2, 3] },
  { method: "orpo", rows: "pairs", more: [], workers: [3] },
  { method: "simpo", rows: "pairs", more: [], workers: [3] },
  { method: "distillation", rows: "rows", more: ["--teacher"], workers: [3] },
])("$method: what one worker learns", async ({ workers, more, ...kind }) => {
  const how = { ...kind, more: more.flatMap((flag) => [flag, join(folder, "teacher")]) };
  const one = await train(how, 1);
  expect(Object.keys(one.steps[0]?.metrics ?? {}).length).toBeGreaterThan(1);
  for (const count of workers) requireSame(one, await train(how, count), isChance);
});

test("what the model said before training is found again by one worker and by several", async () => {
  const kind = { method: "dpo", rows: "pairs", more: ["--seed", "7"], name: "again" };
  const before = measured();
  const three = await train(kind, 3);
  const after = measured();
  expect(after.length).toBe(before.length + 2);
  requireSame(await train(kind, 1), three, isChance);
  expect(measured()).toEqual(after);
});
