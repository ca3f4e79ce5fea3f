import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { chatRow, jsonLines } from "../support/rows.ts";
import { makeModel } from "./make-model.ts";
import { ft } from "./run-ft.ts";

const rows = [
  ...Array.from({ length: 18 }, (_, at) => chatRow(`number ${at}?`, `it is ${at}`)),
  chatRow("long?", "yes ".repeat(400)),
  { text: "plain words" },
];

function project(yaml: string): string {
  return makeFolder({ "rows.jsonl": jsonLines(rows), "c.yml": yaml });
}

const config = (model: string, more = ""): string =>
  `model: {name: ${model}}\ndata: {train_file: rows.jsonl, max_length: 300, validation_split: 0}\n${more}`;

describe("ft train validate", () => {
  test("prints values with origins, samples with their mask, lengths, cut rows and memory", () => {
    const cwd = project(config(makeModel()));
    const { code, out } = ft(["train", "validate", "c.yml"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/^Configuration is valid\n/);
    expect(out).toMatch(/data\.max_length = 300 +# config:c\.yml/);
    expect(out).toMatch(/optimization\.learning_rate = 0\.0002 +# preset:start/);
    expect(out).toContain("Dataset format: mixed: 19 rows in chat message format");
    expect(out).toContain("rows.jsonl:1 (");
    expect(out).toContain("⟦");
    expect(out).toContain("it is 0");
    expect(out).toContain("Rows that would be cut: 1");
    expect(out).toMatch(/≤ +64 +█/);
    expect(out).toMatch(/Estimated peak memory: \d+\.\d+ GB/);
    expect(readdirSync(cwd).sort()).toEqual(["c.yml", "rows.jsonl"]);
  });

  test("--json", () => {
    const cwd = project(config(makeModel(), "lora: {r: 65, alpha: 65}\n"));
    const { code, out } = ft(["train", "validate", "c.yml", "--json"], { cwd });
    expect(code).toBe(0);
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({
      valid: true,
      config: { lora: { r: { value: 65, origin: "config:c.yml" } } },
      recommendations: [],
      data: { rows: 20, trainRows: 20, truncated: 1, formats: { chat: 19, text: 1 } },
      notes: [],
    });
    expect(report["warnings"]).toContain(
      "High LoRA rank (65) may be unnecessary and slow training",
    );
    expect(report["memoryEstimateBytes"]).toBeGreaterThan(37_280 * 4);
    const { tokens, supervisedTokens, samples } = report["data"] as {
      tokens: number;
      supervisedTokens: number;
      samples: { runs: { text: string; learned: boolean }[] }[];
    };
    expect(supervisedTokens).toBeGreaterThan(0);
    expect(supervisedTokens).toBeLessThan(tokens);
    expect(samples).toHaveLength(3);
    const learned = samples[0]?.runs.filter((run) => run.learned).map((run) => run.text);
    expect(learned?.join("")).toContain("it is 0");
    expect(learned?.join("")).not.toContain("number 0?");
  });

  test("without warnings it says so", () => {
    const cwd = project(config(makeModel(), "optimization: {warmup_steps: 2}\n"));
    expect(ft(["train", "validate", "c.yml"], { cwd }).out).toContain("No configuration warnings");
  });

  test("a model that is not here leaves the data checked, and says what was not", () => {
    const cwd = project(config("org/not-here"));
    const { code, out } = ft(["train", "validate", "c.yml", "--json"], {
      cwd,
      env: { HF_HOME: makeFolder({}) },
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      valid: true,
      memoryEstimateBytes: null,
      data: { rows: 20, tokens: null },
      notes: [expect.stringContaining("tokens and memory were not estimated")],
    });
  });

  test("invalid: every problem, in the one document too", () => {
    const cwd = project("lora: {r: -1, alhpa: 3}\n");
    const { code, out, err } = ft(["train", "validate", "c.yml", "--json"], { cwd });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      problems: [
        "c.yml:1: unknown key lora.alhpa; did you mean lora.alpha?",
        "c.yml:1: lora.r: LoRA rank must be positive",
      ],
    });
    expect(err).toContain("2 problems in the configuration");
  });

  test("a data file that is missing exits with 4, a bad row names its line", () => {
    const cwd = makeFolder({
      "missing.yml": config(makeModel()),
      "bad.yml": `model: {name: ${makeModel()}}\ndata: {train_file: bad.jsonl}\n`,
      "bad.jsonl": '{"text": "x"}\nnope\n',
    });
    const missing = ft(["train", "validate", "missing.yml"], { cwd });
    expect(missing).toMatchObject({ code: 4, err: expect.stringContaining("rows.jsonl") });
    const bad = ft(["train", "validate", "bad.yml"], { cwd });
    expect(bad).toMatchObject({ code: 4, err: expect.stringContaining("line 2") });
  });
});
