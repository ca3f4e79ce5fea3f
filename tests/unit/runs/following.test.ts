// What can be made of finished runs: curves, CSV, a picture, a comparison, an archive; and removing one.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  compareRuns,
  curvesOf,
  deleteRun,
  exportRun,
  openRun,
  plotRuns,
  readEvents,
  recordRun,
  type RunFact,
  runCsv,
  type RunDetails,
  showRun,
} from "../../../src/runs/index.ts";
import { ticksOf } from "../../../src/runs/plot.ts";
import { makeFolder } from "../../support/folders.ts";
import { completed, evaluated, started, stepped } from "./facts.ts";

const facts: RunFact[] = [
  started(),
  evaluated(0, 4),
  { ...stepped(5, 3), metrics: { "rewards/margins": 0.5 } } as RunFact,
  stepped(6, null),
  stepped(10, 2),
  evaluated(10, 2.5),
  completed(),
];

async function makeRun(rate: number): Promise<RunDetails> {
  const path = join(makeFolder(), "run");
  const folder = openRun(path);
  const config = { optimization: { learning_rate: rate }, seed: 42, output_dir: path };
  await folder.writeRecord({ createdAt: "2026-11-26T00:00:00Z", config });
  for (const fact of facts) folder.append(fact);
  folder.close();
  const entry = { runId: folder.runId, outputDir: path, startedAt: "2026-11-26T00:00:00Z" };
  await recordRun({ ...entry, model: "builtin/tiny", dataset: "rows.jsonl", method: "lora" });
  return showRun(path);
}

let run: RunDetails;
beforeEach(async () => {
  run = await makeRun(1e-4);
});

test("curves have every figure by its step, and leave out what is none", () => {
  const curves = Object.fromEntries(
    curvesOf(readEvents(run.outputDir)).map(({ name, points }) => [name, points]),
  );
  expect(curves["trainLoss"]).toEqual([
    { step: 5, value: 3 },
    { step: 10, value: 2 },
  ]);
  expect(curves["validationLoss"]?.map(({ step }) => step)).toEqual([0, 10]);
  expect(curves["train/rewards/margins"]).toEqual([{ step: 5, value: 0.5 }]);
});

test("CSV has a line a step and nothing where there is no figure", () => {
  const [head = "", ...lines] = runCsv(run).trimEnd().split("\n");
  const column = head.split(",").indexOf("validationLoss");
  expect(lines.map((line) => line.split(",")[0])).toEqual(["0", "5", "6", "10"]);
  expect(lines.map((line) => line.split(",")[column])).toEqual(["4", "", "", "2.5"]);
});

describe("the picture", () => {
  const label = (name: string) => ({ label: name, curves: curvesOf(readEvents(run.outputDir)) });

  test("has a line for each run and loss, axes with figures, names as they are", () => {
    const svg = plotRuns([label("a <b> & c"), label("second")]);
    expect(svg).toContain("a &lt;b&gt; &amp; c");
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(2);
    expect(svg.match(/stroke="#d55e00"/g)?.length).toBeGreaterThan(2);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("of a run without figures is an empty one, of none an error", () => {
    expect(plotRuns([{ label: "new", curves: [] }])).not.toMatch(/NaN|Infinity/);
    expect(() => plotRuns([])).toThrow(/nothing to plot/);
  });

  test("axes have round numbers", () => {
    expect(ticksOf({ least: 0, most: 10 }, 5)).toEqual([0, 2, 4, 6, 8, 10]);
    expect(ticksOf({ least: 1.31, most: 2.9 }, 5)).toEqual([1.5, 2, 2.5]);
  });
});

test("two runs differ in what was set differently, and have the same curves", async () => {
  const other = await makeRun(1e-3);
  const { settings, curves, results } = compareRuns(run, other);
  expect(settings).toEqual([{ key: "optimization.learning_rate", a: 1e-4, b: 1e-3 }]);
  expect(curves["trainLoss"]).toEqual([
    { step: 5, a: 3, b: 3 },
    { step: 10, a: 2, b: 2 },
  ]);
  expect(results).toContainEqual({ key: "status", a: "completed", b: "completed" });
});

describe("an archive", () => {
  const listed = (file: string): string[] =>
    execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");

  beforeEach(() => {
    const deep = join(run.outputDir, "checkpoints", "step-10", "trained", "n".repeat(60));
    mkdirSync(deep, { recursive: true });
    writeFileSync(join(deep, `${"w".repeat(60)}.safetensors`), "x".repeat(700));
  });

  test("holds settings and events, no weights; and what it holds is the same", async () => {
    const to = join(makeFolder(), "run.tar.gz");
    await exportRun(run, { format: "tar", to, weights: false });
    expect(listed(to)).toEqual([`${run.runId}/config.json`, `${run.runId}/events.jsonl`]);
    const events = execFileSync("tar", ["-xzOf", to, `${run.runId}/events.jsonl`]);
    expect(events.equals(readFileSync(join(run.outputDir, "events.jsonl")))).toBe(true);
  });

  test("holds weights where they are asked for, under names of any length", async () => {
    const to = join(makeFolder(), "run.tar.gz");
    await exportRun(run, { format: "tar", to, weights: true });
    const weights = listed(to).find((name) => name.endsWith(".safetensors"));
    expect(weights).toContain("n".repeat(60));
    expect(execFileSync("tar", ["-xzOf", to, weights ?? ""], { encoding: "utf8" })).toHaveLength(
      700,
    );
  });
});

test("a run is removed with its folder, but not while it is written to", () => {
  const { outputDir } = run;
  const path = join(makeFolder(), "live");
  const live = openRun(path);
  expect(() => deleteRun({ runId: live.runId, outputDir: path })).toThrow(
    expect.objectContaining({ code: "FT-RUN-014", exitCode: 75 }),
  );
  live.close();
  deleteRun(run);
  expect(existsSync(outputDir)).toBe(false);
  expect(() => showRun(run.runId)).toThrow(/Unknown run/);
});
