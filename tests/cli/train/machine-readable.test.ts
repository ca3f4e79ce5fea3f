// What a program may count on, name by name: fields of validate, of a run's events and of the benchmark, with what each
// means. That every line is of the schema is json.test.ts's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { ValidationReport } from "../../../src/app/train/validate-run.ts";
import type { RunEvent, RunEventOf } from "../../../src/runs/index.ts";
import { eventsOf, runProgram } from "../../support/program.ts";
import { makeToyModel, toyRow, writeRows } from "../../support/toy-model.ts";

let folder: string;
let model: string;

beforeAll(async () => {
  folder = join(inject("runFolder"), "machine-readable");
  model = await makeToyModel(join(folder, "model"));
});

const number = expect.any(Number) as number;
const thought = "<think>\nOne more.\n</think>\n\n";
const user = (content: string): object => ({ role: "user", content });
const answer = (content: string): object => ({ role: "assistant", content });
const rows = Array.from({ length: 12 }, (_, at) => toyRow(at));
const thinking = [{ messages: [user("1+1?"), answer(`${thought}2`)] }];

async function validated(
  data: object[],
  more: string[] = [],
  env: Record<string, string> = {},
): Promise<ValidationReport> {
  const file = writeRows(join(folder, "validated.jsonl"), data);
  const args = ["train", "validate", model, file, "--template", "chatml", "--json", ...more];
  const { code, stdout, stderr } = await runProgram(args, { env });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as ValidationReport;
}

async function trained(name: string, data: object[], more: string[]): Promise<RunEvent[]> {
  const file = writeRows(join(folder, `${name}.jsonl`), data);
  const usual = ["--template", "chatml", "--report-every", "1", "--warmup-steps", "0", "--json"];
  const args = ["train", "start", model, file, "-o", join(folder, name), ...usual, ...more];
  const { code, stdout, stderr } = await runProgram(args);
  expect(code, stderr).toBe(0);
  return eventsOf(stdout);
}

function all<T extends RunEvent["type"]>(events: RunEvent[], type: T): RunEventOf<T>[] {
  return events.filter((event): event is RunEventOf<T> => event.type === type);
}

describe("ft train validate --json", () => {
  test("memoryPlan: both peaks, terms that add up, whether it fits, changes", async () => {
    const { memoryPlan, data } = await validated([...rows, ...thinking]);
    const { terms = {}, residentBytes = 0, peakBytes = 0 } = memoryPlan ?? {};
    expect(memoryPlan).toMatchObject({ peakBytes: number, residentBytes: number, fits: true });
    expect(Object.values(terms).reduce((sum, bytes) => sum + bytes, 0)).toBe(residentBytes);
    expect(residentBytes).toBeGreaterThan(peakBytes);
    expect(data.packed).toBeNull();
    expect(data.reasoningTokens).toBeGreaterThan(3);
  });

  test("a run that does not fit has a plan too, with fits: false and each change's peak", async () => {
    const { memoryPlan } = await validated(rows, ["--batch-size", "8"], { FT_MEMORY: "1MB" });
    expect(memoryPlan?.fits).toBe(false);
    for (const change of memoryPlan?.changes ?? [])
      expect(change).toMatchObject({ change: expect.any(String) as string, peakBytes: number });
  });

  test("packed: an epoch is all rows, a batch counts windows", async () => {
    const packing = ["--packing", "--max-length", "64", "--val-split", "0", "--batch-size", "2"];
    const { data } = await validated(rows, packing);
    const { packed } = data;
    expect(packed).toMatchObject({ rows: 12, windowTokens: 64, windows: number, filled: number });
    const events = await trained("packed", rows, [...packing, "--epochs", "1"]);
    const windows = packed?.windows ?? 0;
    expect(windows).toBeLessThan(12);
    expect(all(events, "run-completed")[0]).toMatchObject({
      totalSteps: Math.ceil(windows / 2),
      epochsCompleted: 1,
      shapes: data.shapes,
    });
  });
});

describe("preference rows", () => {
  const rewards = ["chosen", "rejected", "margins", "accuracies"].map((name) => `rewards/${name}`);
  const asText = { prompt: "1+1?", chosen: "2", rejected: "3" };
  const asMessages = {
    prompt: [user("2+2?")],
    chosen: [answer("4")],
    rejected: [answer("5")],
  };
  const pairs = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? asText : asMessages));

  test("texts or messages; learned is what follows the generation prompt, the end of turn too", async () => {
    const { data } = await validated(pairs, ["--method", "dpo", "--val-split", "0"]);
    const learned = data.samples?.[0]?.runs.filter((run) => run.learned).map(({ text }) => text);
    expect(learned).toEqual(["2<|im_end|>", "3<|im_end|>"]);
    const thinks = { ...asText, chosen: `${thought}2` };
    const counted = await validated([thinks, asText], ["--method", "dpo", "--val-split", "0"]);
    expect(counted.data.reasoningTokens).toBeGreaterThan(3);
  });

  test("metrics of steps and evaluations; beta is 0.1; the end has skippedSteps, shapes, seconds", async () => {
    const events = await trained("dpo", pairs, ["--method", "dpo", "--iters", "2"]);
    expect(all(events, "run-started")[0]?.config).toMatchObject({ preference: { beta: 0.1 } });
    const measured = [...all(events, "step-reported"), ...all(events, "evaluation-finished")];
    expect(measured.length).toBeGreaterThan(3);
    for (const { metrics } of measured) {
      expect(Object.keys(metrics ?? {})).toEqual(rewards);
      expect(metrics?.["rewards/margins"]).toBeCloseTo(
        (metrics?.["rewards/chosen"] ?? 0) - (metrics?.["rewards/rejected"] ?? 0),
        5, // sums of float32, of the order of 0.01
      );
    }
    expect(events.at(-1)).toMatchObject({ skippedSteps: 0, shapes: number, seconds: number });
  });

  test("completion and label for kto", async () => {
    const judged = Array.from({ length: 8 }, (_, at) => {
      return { prompt: `${at}+1?`, completion: String(at + 1), label: at % 2 === 0 };
    });
    const options = ["--method", "kto", "--iters", "1", "--batch-size", "4"];
    const [step] = all(await trained("kto", judged, options), "step-reported");
    for (const name of rewards) expect(step?.metrics).toHaveProperty([name], number);
  });
});

test("--compat mlx-lm: a step is a micro-batch, validations and tensor names are mlx-lm's", async () => {
  const options = ["--compat", "mlx-lm", "--iters", "4", "--batch-size", "2", "--eval-steps", "2"];
  const more = ["--gradient-accumulation-steps", "2", "--num-layers", "1", "--val-split", "0.3"];
  const events = await trained("compat", rows, [...options, ...more]);
  const steps = all(events, "step-reported");
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  // mlx-lm validates before iterations 1, 2, 4 and so on
  expect(all(events, "evaluation-finished").map(({ step }) => step)).toEqual([0, 1, 3]);
  for (const { tokens, supervisedTokens } of steps)
    expect(supervisedTokens).toBeLessThanOrEqual(tokens);
  const adapter = readFileSync(join(folder, "compat", "final_model", "adapters.safetensors"));
  expect(adapter.toString("latin1")).toContain('"model.layers.1.self_attn.q_proj.lora_a"');
});

test("ft bench train --json: the environment, and a line for each method", async () => {
  const size = ["--batch", "1", "--length", "8", "--steps", "2", "--warmup", "1"];
  const args = ["bench", "train", model, "--method", "lora,full", ...size, "--json"];
  const { code, stdout } = await runProgram(args);
  expect(code).toBe(0);
  const { environment, results } = JSON.parse(stdout) as { environment: object; results: object[] };
  expect(environment).toMatchObject({ node: expect.any(String) as string });
  expect(results).toHaveLength(2);
  for (const [at, method] of ["lora", "full"].entries())
    expect(results[at]).toMatchObject({
      shape: model,
      method,
      compile: "off",
      stepSeconds: { p50: number, p90: number },
      tokensPerSecond: number,
      supervisedTokensPerSecond: number,
      peakMemoryBytes: number,
    });
});
