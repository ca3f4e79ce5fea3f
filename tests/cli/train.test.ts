import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { RunEvent } from "../../src/runs/index.ts";
import { makeFolder } from "../support/folders.ts";
import { chatRow, jsonLines } from "../support/rows.ts";
import { makeModel } from "./make-model.ts";
import { ft } from "./run-ft.ts";

const rows = jsonLines(
  Array.from({ length: 20 }, (_, at) => chatRow(`number ${at}?`, `it is ${at}`)),
);

function project(): { cwd: string; env: Record<string, string>; model: string } {
  const cwd = makeFolder({ "rows.jsonl": rows, "home/.keep": "" });
  return { cwd, env: { FT_HOME: join(cwd, "home") }, model: makeModel() };
}

const eventsOf = (out: string): RunEvent[] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => RunEvent.parse(JSON.parse(line)));

describe("ft train quick", () => {
  test("prints the results, writes the adapter, and is found by ft runs", () => {
    const { cwd, env, model } = project();
    const { code, out, err } = ft(["train", "quick", model, "rows.jsonl", "--iters", "4"], {
      cwd,
      env,
    });
    expect(err).toContain("Dataset format: chat message format (auto-detected)");
    expect(err).toContain("LoRA Rank:     8 (α=16)");
    expect(err).toContain("base model");
    expect(out).toMatch(/Final Training Loss: +\d\.\d{4}\n {2}Final Validation Loss: +\d\.\d{4}\n/);
    expect(out).toMatch(/Total Steps: +4\n/);
    expect(out).toMatch(/Model saved to: .*quick_output\/final_model\n$/);
    expect(code).toBe(0);
    expect(existsSync(join(cwd, "quick_output/final_model/adapters.safetensors"))).toBe(true);
    const { runs } = JSON.parse(ft(["runs", "list", "--json"], { cwd, env }).out) as {
      runs: { runId: string; status: string; step: number }[];
    };
    expect(runs).toMatchObject([{ status: "completed", step: 4 }]);
    const shown = ft(["runs", "show", runs[0]?.runId ?? ""], { cwd, env });
    expect(shown.out).toContain("Status:          completed");
    expect(shown.out).toMatch(/step 4 \(best, latest\)/);
    const record = JSON.parse(
      readFileSync(join(cwd, "quick_output/config.json"), "utf8"),
    ) as object;
    expect(record).toMatchObject({ origins: { "optimization.iters": "flag:--iters" } });
    const again = ft(["train", "quick", model, "rows.jsonl"], { cwd, env });
    expect(again.code).toBe(3);
    expect(again.err).toContain("not empty");
  });

  test("--json: only events on stdout, the last one is run-completed with its fields", () => {
    const { cwd, env, model } = project();
    const args = [
      "train",
      "quick",
      model,
      "rows.jsonl",
      "--iters",
      "4",
      "--report-every",
      "2",
      "--json",
    ];
    const { code, out, err } = ft(args, { cwd, env });
    expect(code).toBe(0);
    expect(err).toBe("");
    const events = eventsOf(out);
    expect(events[0]?.type).toBe("run-started");
    const steps = events.filter((event) => event.type === "step-reported");
    expect(steps.map(({ step }) => step)).toEqual([2, 4]);
    expect(steps[1]).toMatchObject({
      peakMemoryBytes: expect.any(Number),
      residentBytes: expect.any(Number),
    });
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: "run-completed",
      totalSteps: 4,
      finalTrainingLoss: steps[1]?.trainLoss,
      adapterPath: expect.stringContaining("final_model"),
    });
    const evaluations = events.filter((event) => event.type === "evaluation-finished");
    expect(last).toMatchObject({ finalValidationLoss: evaluations.at(-1)?.validationLoss });
    const logged = readFileSync(join(cwd, "quick_output/events.jsonl"), "utf8");
    expect(eventsOf(logged)).toEqual(events);
  });

  test("FT_LOG and --quiet leave stdout alone", () => {
    const { cwd, env, model } = project();
    const args = ["train", "quick", model, "rows.jsonl", "--iters", "2", "--quiet"];
    const { out, err } = ft(args, { cwd, env: { ...env, FT_LOG: "error" } });
    expect(err).toBe("");
    expect(out).toMatch(/^Results\n/);
  });
});

test("Ctrl-C finishes the step, saves, says how to go on, exits with 130", async () => {
  const { cwd, env, model } = project();
  const main = resolve(import.meta.dirname, "../../src/cli/main.ts");
  const args = [
    "train",
    "start",
    model,
    "rows.jsonl",
    "--iters",
    "100000",
    "--report-every",
    "1",
    "--json",
  ];
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), main, ...args], {
    cwd,
    env: { ...process.env, ...env, HF_HUB_OFFLINE: "1" },
  });
  let out = "";
  let asked = false;
  child.stdout.on("data", (part: Buffer) => {
    out += part.toString();
    if (!asked && out.includes('"step":3')) asked = child.kill("SIGINT");
  });
  const [code] = (await once(child, "close")) as [number];
  const last = eventsOf(out).at(-1);
  expect(code).toBe(130);
  if (last?.type !== "run-stopped") throw new Error(`the last event is ${last?.type}`);
  expect(existsSync(last.checkpointPath ?? "")).toBe(true);
  const shown = JSON.parse(ft(["runs", "show", "output", "--json"], { cwd, env }).out) as object;
  expect(shown).toMatchObject({ status: "stopped", latest: { step: last.step } });
});

test("ft generate answers with the adapter, greedily the same each time", () => {
  const { cwd, env, model } = project();
  ft(["train", "quick", model, "rows.jsonl", "--iters", "2"], { cwd, env });
  const args = ["generate", model, "--adapter", "quick_output/final_model", "--max-tokens", "4"];
  const answer = JSON.parse(ft([...args, "number 3?", "--json"], { cwd, env }).out) as object;
  expect(answer).toEqual({
    text: expect.any(String),
    tokenIds: expect.any(Array),
    promptTokens: expect.any(Number),
    tokensPerSecond: expect.any(Number),
  });
  const piped = ft(args, { cwd, env, input: "number 3?\n" });
  expect(piped.out).toBe(`${(answer as { text: string }).text}\n`);
});

test("ft models info maps every tensor", () => {
  const { env, model } = project();
  const info = JSON.parse(ft(["models", "info", model, "--json"], { env }).out) as object;
  expect(info).toMatchObject({
    architecture: "llama",
    supported: true,
    parameters: 37_280,
    dtypes: { F32: 37_280 },
    mapping: { mapped: 20, missing: [], unexpected: [] },
    memory: { totalBytes: expect.any(Number) },
  });
  const { out } = ft(["models", "info", model, "-m"], { env });
  expect(out).toContain("20 mapped, 0 missing, 0 unexpected");
  expect(out).toMatch(/ {2}activations: +\d/);
});

test("ft info says which backend and why", () => {
  const info = JSON.parse(ft(["info", "--json"]).out) as object;
  expect(info).toMatchObject({
    backend: expect.any(String),
    backendReason: expect.any(String),
    device: expect.any(String),
    mlxVersion: expect.stringMatching(/^\d/),
    blas: expect.any(String),
    memoryBytes: expect.any(Number),
    node: process.versions.node,
    version: expect.any(String),
  });
});
