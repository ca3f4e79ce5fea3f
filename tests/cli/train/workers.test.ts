// Several workers on one machine against one: gradients, losses and weights, a last batch with fewer rows than workers,
// going on with another number of them, and what is refused before anything starts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { readPointer, readRecord } from "../../../src/runs/index.ts";
import {
  adapterOf,
  gap,
  of,
  ofWorkers,
  plain,
  requireSame,
  seen,
  tolerance,
  type Trained,
} from "../../support/crew-runs.ts";
import { childrenOf, isAlive, runProgram, startProgram, until } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "workers");
  await makeToyModel(join(folder, "model"));
  // 13 rows in batches of 4: the last batch of an epoch has a single row
  writeRows(join(folder, "rows.jsonl"), 13);
  writeRows(join(folder, "validation.jsonl"), 7);
});

const usual = (name: string, workers: number, more: readonly string[]): string[] => [
  ...["train", "start", join(folder, "model"), join(folder, "rows.jsonl")],
  ...["--validation-file", join(folder, "validation.jsonl"), "--output", join(folder, name)],
  ...["--template", "chatml", "--batch-size", "4", "--lora-dropout", "0", "--report-every", "1"],
  ...["--target-modules", "all-linear", "--lr-scheduler", "constant"],
  ...ofWorkers(workers),
  ...more,
];

const trained = (name: string, args: string[]): Promise<Trained> =>
  seen(args, adapterOf(join(folder, name)));

describe.each([
  { method: "lora", more: [], file: (name: string) => adapterOf(join(folder, name)) },
  {
    method: "dora",
    more: ["--method", "dora"],
    file: (name: string) => adapterOf(join(folder, name)),
  },
  {
    method: "full",
    more: ["--method", "full"],
    file: (name: string) => join(folder, name, "final_model", "model.safetensors"),
  },
])("$method", ({ method, more, file }) => {
  const train = (name: string, workers: number, extra: string[]): Promise<Trained> =>
    seen(usual(name, workers, [...plain, ...more, ...extra]), file(name));

  test("2, 3 and 4 workers: gradients, losses and weights of one", async () => {
    const extra = ["--iters", "8", "--lr", "0.05", "--eval-steps", "4"];
    const one = await train(`${method}-1`, 1, extra);
    expect(one.steps).toHaveLength(8);
    for (const workers of method === "lora" ? [2, 3, 4] : [3]) {
      const several = await train(`${method}-${workers}`, workers, extra);
      expect(of(several.events, "run-started")[0]).toMatchObject({ workers });
      requireSame(one, several);
    }
    expect(of(one.events, "run-started")[0]).not.toHaveProperty("workers");
  });
});

test("micro-batches of one row go round, and gradients are those of the whole batch", async () => {
  const more = [
    ...plain,
    "--iters",
    "5",
    "--batch-size",
    "1",
    "--gradient-accumulation-steps",
    "4",
  ];
  const one = await trained("small-1", usual("small-1", 1, more));
  const three = await trained("small-3", usual("small-3", 3, more));
  expect(gap(one.weights, three.weights)).toBeLessThan(tolerance);
});

describe("going on with another number of workers", () => {
  test("is as if the run had never stopped", async () => {
    const adam = ["--lr", "1e-4", "--warmup-steps", "0", "--save-steps", "3"];
    const whole = await trained("whole", usual("whole", 1, [...adam, "--iters", "9"]));
    await trained("parts", usual("parts", 2, [...adam, "--iters", "3"]));
    const path = join(folder, "parts");
    const resume = (steps: number, workers: number): Promise<Trained> => {
      const how = ["--iters", String(steps), ...ofWorkers(workers)];
      return trained("parts", ["train", "resume", path, ...how]);
    };
    expect(of((await resume(6, 3)).events, "run-started")[0]).toMatchObject({
      resumedFromStep: 3,
      workers: 3,
    });
    const last = await resume(9, 1);
    last.steps.forEach((step, at) => {
      const { trainLoss, tokens } = whole.steps[6 + at] ?? {};
      expect(step.tokens).toBe(tokens);
      expect(Math.abs((step.trainLoss ?? 0) / (trainLoss ?? 0) - 1)).toBeLessThan(tolerance);
    });
    // Adam's first steps divide by the gradients' own size: rounding of the smallest shows as far as the rate goes.
    expect(gap(whole.weights, last.weights)).toBeLessThan(1e-3);
  });

  test("neither checkpoint nor record holds a number of workers", () => {
    const path = join(folder, "parts");
    expect(JSON.stringify(readRecord(path))).not.toMatch(/"(workers|rank)":/);
    const state = readFileSync(join(path, "checkpoints", "step-9", "state.json"), "utf8");
    expect(state).not.toMatch(/worker|rank/);
  });
});

test("whoever started them is killed: they stop, with a checkpoint, and nobody is left", async () => {
  const started = startProgram([...usual("orphans", 3, ["--iters", "100000"]), "--json"]);
  await started.event((event) => event.type === "step-reported" && event.step >= 3);
  const workers = childrenOf(started.process.pid ?? 0);
  expect(workers.length).toBeGreaterThanOrEqual(3);
  started.process.kill("SIGKILL");
  await until(() => !workers.some(isAlive));
  expect(readPointer(join(folder, "orphans"), "latest")?.step).toBeGreaterThanOrEqual(3);
});

describe("refused by name, and nothing is written", () => {
  test.each([
    [["--method", "kto"], "FT-CONFIG-099", "--objective kto"],
    [["--batch-size", "auto"], "FT-CONFIG-099", "--batch-size auto"],
    [["--batch-size", "1"], "FT-CONFIG-099", "1 row an optimizer step"],
    [["--queue"], "FT-USAGE-008", "--queue"],
    [["--on", "local"], "FT-USAGE-008", "--on"],
    [["--no-isolate"], "FT-USAGE-008", "--no-isolate"],
  ])("%j", async (more, code, text) => {
    const name = `refused-${more.join("")}`;
    const { stdout, code: exit } = await runProgram([...usual(name, 2, more), "--json"]);
    expect(exit).not.toBe(0);
    expect(stdout).toContain(code);
    expect(stdout).toContain(text);
    expect(existsSync(join(folder, name))).toBe(false);
  });
});
