// What a program that drives ft reads: with --json, stdout holds JSON lines of stable fields and nothing else.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { RunCompletedEvent, RunEvent } from "../../../src/runs/index.ts";
import { eventsOf, runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;
let data: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "json");
  model = await makeToyModel(join(folder, "model"));
  data = writeRows(join(folder, "rows.jsonl"), 30);
});

describe("train quick --json", () => {
  /** Each is of the schema, or reading them throws. */
  let events: RunEvent[];
  let stderr: string;
  let output: string;

  beforeAll(async () => {
    output = join(folder, "quick");
    const ended = await runProgram(["train", "quick", model, data, "--output", output, "--json"]);
    expect(ended.code).toBe(0);
    events = eventsOf(ended.stdout);
    stderr = ended.stderr;
  });

  const of = (type: string): object[] => events.filter((event) => event.type === type);

  test("every line is an event of one run, in the order of time", () => {
    expect(new Set(events.map((event) => event.runId)).size).toBe(1);
    const times = events.map((event) => event.time);
    expect(times).toEqual(times.toSorted());
    expect(events.every((event) => event.schemaVersion === 1)).toBe(true);
    expect(events[0]?.type).toBe("run-started");
    expect(stderr).toBe("");
  });

  test("the run folder keeps the same events", () => {
    expect(eventsOf(readFileSync(join(output, "events.jsonl"), "utf8"))).toEqual(events);
  });

  test("step-reported says how far, how well and how fast", () => {
    const number = expect.any(Number);
    expect(of("step-reported")).toMatchObject([{ step: 10 }, { step: 20 }, { step: 27 }]);
    for (const event of of("step-reported")) {
      expect(event).toMatchObject({
        step: number,
        epoch: number,
        trainLoss: number,
        learningRate: number,
        tokens: number,
        supervisedTokens: number,
        tokensPerSecond: number,
        stepSeconds: number,
        activeMemoryBytes: number,
        peakMemoryBytes: number,
        residentBytes: number,
      });
    }
    const [first] = of("step-reported") as { tokens: number; supervisedTokens: number }[];
    expect(first?.supervisedTokens).toBeGreaterThan(0);
    expect(first?.supervisedTokens).toBeLessThan(first?.tokens ?? 0);
  });

  test("evaluation-finished says where and what, before the first step and after the last", () => {
    const [before, after] = of("evaluation-finished");
    expect(before).toMatchObject({ step: 0, validationLoss: expect.any(Number) });
    expect(after).toMatchObject({ step: 27, validationLoss: expect.any(Number) });
  });

  test("the last line is run-completed, with everything to find the result", () => {
    expect(events.at(-1)).toMatchObject({
      type: "run-completed",
      finalTrainingLoss: expect.any(Number),
      finalValidationLoss: expect.any(Number),
      totalSteps: 27,
      epochsCompleted: 1,
      trainableParameters: 2 * 8 * (32 + 32 + 32 + 16),
      totalParameters: expect.any(Number),
      outputDir: output,
      adapterPath: join(output, "final_model"),
      bestStep: 27,
    });
    expect(existsSync(join(output, "final_model", "adapters.safetensors"))).toBe(true);
  });

  test("its losses are the last that were reported", () => {
    const last = events.at(-1) as RunCompletedEvent;
    expect(of("step-reported").at(-1)).toMatchObject({ trainLoss: last.finalTrainingLoss });
    const evaluated = of("evaluation-finished").at(-1);
    expect(evaluated).toMatchObject({ validationLoss: last.finalValidationLoss });
  });
});

test("a learning rate that explodes: run-failed is the last line, with code, message and hint", async () => {
  const output = join(folder, "failed");
  const options = ["--lr", "1e30", "--iters", "30", "--method", "full", "--warmup-steps", "0"];
  const args = ["train", "quick", model, data, "--output", output, "--json", ...options];
  const { code, stdout, stderr } = await runProgram(args);
  expect(code).toBe(1);
  const events = eventsOf(stdout);
  expect(events.at(-1)).toMatchObject({
    type: "run-failed",
    code: "FT-TRAIN-001",
    message: expect.stringContaining("became infinite or undefined"),
    hint: expect.stringContaining("--lr"),
  });
  expect(events.filter((event) => event.type === "run-failed")).toHaveLength(1);
  expect(stderr).toContain("FT-TRAIN-001");
  expect(stderr).toMatch(/hint: .*--lr/);
  const { runs } = JSON.parse((await runProgram(["runs", "list", "--json"])).stdout) as {
    runs: { outputDir: string; status: string }[];
  };
  expect(runs.find((run) => run.outputDir === output)?.status).toBe("failed");
});

test("a run that never begins: run-failed is the only line", async () => {
  const rows = join(folder, "bad-line.jsonl");
  writeFileSync(rows, '{"text": "x"}\nnope\n');
  const args = ["train", "quick", model, rows, "--output", join(folder, "no"), "--json"];
  const { code, stdout } = await runProgram(args);
  expect(code).toBe(4);
  expect(eventsOf(stdout)).toMatchObject([
    {
      type: "run-failed",
      code: "FT-DATA-003",
      message: expect.stringContaining("line 2"),
      hint: expect.any(String),
      runId: expect.any(String),
      time: expect.any(String),
      schemaVersion: 1,
    },
  ]);
});

test("without a process of its own it trains the same", async () => {
  const run = async (name: string, ...more: string[]): Promise<unknown> => {
    const args = ["train", "quick", model, data, "--output", join(folder, name), "--json", ...more];
    const events = eventsOf((await runProgram(args)).stdout);
    return events.flatMap((event) => (event.type === "step-reported" ? [event.trainLoss] : []));
  };
  const losses = await run("apart");
  expect(losses).toHaveLength(3);
  expect(await run("here", "--no-isolate")).toEqual(losses);
});
