// ft recommend: a configuration that validates as it is, within the memory that was given, with a reason for each value.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { Recommendation } from "../../src/app/recommend/recommend.ts";
import type { ValidationReport } from "../../src/app/train/validate-run.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let cwd: string;

beforeAll(async () => {
  cwd = join(inject("runFolder"), "recommend");
  await makeToyModel(join(cwd, "model"), { config: { num_hidden_layers: 8 } });
  writeRows(join(cwd, "rows.jsonl"), 260);
});

const recommended = async (...args: string[]): Promise<Recommendation> => {
  const ended = await runProgram(
    ["recommend", "model", "--data", "rows.jsonl", "--json", ...args],
    { cwd },
  );
  expect(ended.code, ended.stderr).toBe(0);
  return JSON.parse(ended.stdout) as Recommendation;
};

test("writes a file that ft train validate accepts, with the same plan, and gives each value's reason", async () => {
  const found = await recommended("--memory", "8", "-o", "run.yaml", "--template", "chatml");
  const validated = await runProgram(["train", "validate", "run.yaml", "--json"], { cwd });
  expect(validated.code, validated.stderr).toBe(0);
  const { memoryPlan, data } = JSON.parse(validated.stdout) as ValidationReport;
  expect(memoryPlan).toMatchObject({
    residentBytes: found.estimate.residentBytes,
    peakBytes: found.estimate.peakBytes,
  });
  expect(data.truncated).toBeLessThanOrEqual(2);
  const yaml = readFileSync(join(cwd, "run.yaml"), "utf8");
  const settings = found.reasons.map(({ setting }) => setting);
  for (const setting of [
    "method",
    "lora.r",
    "optimization.batch_size",
    "optimization.epochs",
    "data.max_length",
  ])
    expect(settings).toContain(setting);
  for (const { setting, why } of found.reasons) {
    expect(yaml, setting).toContain(`${setting.split(".").at(-1)}:`);
    expect(yaml).toContain(`# ${why}`);
  }
  expect(found.figures).toMatchObject({ rows: 234, blocks: 8 });
});

describe("with less and less memory", () => {
  test("the plan is within it, and never larger; what cannot be done says what is the least", async () => {
    const whole = await recommended("--vram", "8");
    const base = whole.estimate.residentBytes;
    let before = base;
    const seen = new Set<string>();
    for (const share of [0.9, 0.6, 0.45]) {
      const bytes = Math.floor(base * share);
      const ended = await runProgram(
        ["recommend", "model", "--dataset", "rows.jsonl", "--memory", `${bytes}B`, "--json"],
        { cwd },
      );
      if (ended.code !== 0) {
        expect(ended).toMatchObject({
          code: 5,
          stdout: expect.stringContaining("FT-RECOMMEND-001") as string,
        });
        continue;
      }
      const { estimate, config } = JSON.parse(ended.stdout) as Recommendation;
      expect(estimate.residentBytes).toBeLessThanOrEqual(Math.min(bytes, before));
      before = estimate.residentBytes;
      seen.add(JSON.stringify(config));
    }
    expect(seen.size).toBeGreaterThan(0);
    const none = await runProgram(
      ["recommend", "model", "--data", "rows.jsonl", "--memory", "1MB"],
      { cwd },
    );
    expect(none.code).toBe(5);
    expect(none.stderr).toMatch(/the smallest settings found need/);
  });
});

test("beside an earlier run the configuration names a folder of its own, and the run's folder its base", async () => {
  const folder = makeFolder();
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), 30);
  const train = ["train", "start", "model", "rows.jsonl", "--iters", "1", "--template", "chatml"];
  expect(await runProgram(train, { cwd: folder })).toMatchObject({ code: 0 });
  const data = ["--data", "rows.jsonl", "--template", "chatml", "--memory", "8", "-o", "run.yaml"];
  for (const model of ["model", "output", "output/final_model"]) {
    const ended = await runProgram(["recommend", model, ...data, "--json"], { cwd: folder });
    expect(ended.code, ended.stderr).toBe(0);
    const { config } = JSON.parse(ended.stdout) as Recommendation;
    expect(config).toMatchObject({ output_dir: "./output-2" });
    const { name } = config["model"] as { name: string };
    expect(join(folder, name.replace(folder, ""))).toBe(join(folder, "model"));
    const checked = await runProgram(["train", "validate", "run.yaml"], { cwd: folder });
    expect(checked.code, checked.stderr).toBe(0);
    expect(readFileSync(join(folder, "run.yaml"), "utf8")).toMatch(
      /output_dir: \.\/output-2 # \.\/output exists already/,
    );
  }
});

test("without data an example stands for it and says so", async () => {
  const { code, stdout, stderr } = await runProgram(
    ["recommend", "builtin/tiny", "--memory", "16"],
    { cwd },
  );
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/train_file: builtin\/text-to-sql # an example: your own rows go here/);
});

test.each([
  [["recommend", "model", "--memory", "much"], 2, /not a size/],
  [["recommend", "model", "--data", "none.jsonl"], 4, /no such file/],
  [["recommend", "nowhere"], 6, /nowhere/],
] as [string[], number, RegExp][])("%j is refused", async (args, code, told) => {
  const ended = await runProgram(args, { cwd });
  expect(ended.stderr).toMatch(told);
  expect(ended.code).toBe(code);
});
