import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";
import { chatRow, jsonLines } from "../support/rows.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let model: string;

beforeAll(async () => {
  const longer = { max_position_embeddings: 2048 };
  model = await makeToyModel(join(makeFolder(), "model"), { config: longer });
});

const rows = [
  ...Array.from({ length: 18 }, (_, at) => chatRow(`number ${at}?`, `it is ${at}`)),
  chatRow("long?", "yes ".repeat(400)),
  { text: "plain words" },
];

function project(yaml: string): string {
  return makeFolder({ "rows.jsonl": jsonLines(rows), "c.yml": yaml });
}

const configOf = (name: string, more = ""): string =>
  `model: {name: ${name}}\ndata: {train_file: rows.jsonl, max_length: 300, validation_split: 0}\n${more}`;

const validate = (cwd: string, ...options: string[]): Promise<Ended> =>
  runProgram(["train", "validate", "c.yml", ...options], { cwd });

describe("ft train validate", () => {
  test("prints values with origins, samples with their mask, lengths, cut rows and memory", async () => {
    const cwd = project(configOf(model));
    const { code, stdout } = await validate(cwd);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Configuration is valid\n/);
    expect(stdout).toMatch(/data\.max_length = 300 +# config:c\.yml/);
    expect(stdout).toMatch(/optimization\.learning_rate = 0\.0002 +# preset:start/);
    expect(stdout).toContain("Dataset format: mixed: 19 rows in chat message format");
    expect(stdout).toContain("rows.jsonl:1 (");
    expect(stdout).toContain("⟦");
    expect(stdout).toContain("it is 0");
    expect(stdout).toContain("Rows that would be cut: 1");
    expect(stdout).toMatch(/^Steps: 30, which is 3 times all rows \(10 steps each\)$/m);
    expect(stdout).toMatch(/≤ +64 +█/);
    expect(stdout).toMatch(/Estimated peak memory of the process: \d+\.\d+ GB/);
    expect(readdirSync(cwd).sort()).toEqual(["c.yml", "rows.jsonl"]);
  });

  test("a precision that this backend is slow in is told, there and when the run starts", async () => {
    const half = configOf(model, "optimization: {iters: 1}\n").replace(
      "}",
      ", torch_dtype: bfloat16}",
    );
    const cwd = project(half);
    const env = { FT_BACKEND: "cpu" };
    const told =
      /bfloat16 is many times slower than float32 on the cpu backend: .*--torch-dtype float32/;
    expect((await runProgram(["train", "validate", "c.yml"], { cwd, env })).stdout).toMatch(told);
    const train = ["train", "start", "-c", "c.yml", "--output"];
    expect((await runProgram([...train, "half"], { cwd, env })).stderr).toMatch(told);
    const auto = await runProgram([...train, "auto", "--torch-dtype", "auto"], { cwd, env });
    expect(auto.stderr).not.toMatch(/many times slower/);
    const record = JSON.parse(readFileSync(join(cwd, "auto", "config.json"), "utf8")) as object;
    expect(record).toMatchObject({ model: { dtype: "float32" } });
  });

  test("takes MODEL DATA as train start does, and a configuration with other data", async () => {
    const cwd = project(configOf(model));
    const options = ["--max-length", "300", "--val-split", "0", "--json"];
    const of = async (...args: string[]): Promise<unknown> => {
      const { code, stdout } = await runProgram(["train", "validate", ...args, ...options], {
        cwd,
      });
      expect(code).toBe(0);
      return JSON.parse(stdout);
    };
    const asFile = (await of("c.yml")) as { config: object; data: object };
    const asArguments = await of(model, "rows.jsonl");
    expect(asArguments).toMatchObject({ data: asFile.data, valid: true });
    expect(asArguments).toMatchObject({
      config: { model: { name: { value: model, origin: "argument" } } },
    });
    writeRows(join(cwd, "few.jsonl"), 3);
    expect(await of("c.yml", "few.jsonl")).toMatchObject({ data: { rows: 3 } });
    expect(await of("--config", "c.yml")).toMatchObject({ data: asFile.data });
  });

  test("a configuration that is not there is told as one", async () => {
    const { code, stderr } = await runProgram(["train", "validate", "nowhere.yml"]);
    expect(code).toBe(3);
    expect(stderr).toContain("Configuration file not found: nowhere.yml");
  });

  test("options of which one does not count are a warning", async () => {
    const cwd = project(configOf(model));
    const { stdout } = await validate(cwd, "--epochs", "2", "--iters", "5", "--json");
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toContain(
      "--epochs is not used, because --iters is given too",
    );
  });

  test("rows that are all cut to nothing are what training would say: exit 4", async () => {
    const { code, stderr } = await validate(project(configOf(model)), "--max-length", "1");
    expect(code).toBe(4);
    expect(stderr).toContain("FT-DATA-030");
    expect(stderr).toContain("no row with trained tokens is left");
  });

  test("rows longer than the model reads are refused as in training; cut or padded ones are not", async () => {
    const short = { model_type: "gpt2", n_embd: 32, n_layer: 1, n_head: 4, n_positions: 300 };
    const gpt2 = await makeToyModel(join(makeFolder(), "gpt2"), { config: short });
    const cwd = project(configOf(gpt2));
    const { code, stderr } = await validate(cwd, "--max-length", "400");
    expect(code).toBe(3);
    expect(stderr).toContain("FT-MODEL-013");
    expect((await validate(cwd)).code).toBe(0);
    // rows of 300 tokens are padded to a multiple of 32, but not beyond what the model reads
    const train = ["train", "start", "--config", "c.yml", "--iters", "20", "-o", "out"];
    const cut = [...train, "--max-length", "301"];
    expect(await runProgram(cut, { cwd })).toMatchObject({ code: 0 });
  });

  test("a schedule without a warm-up has none that could be too long", async () => {
    const cwd = project(configOf(model));
    expect((await validate(cwd)).stdout).toContain(
      "Warm-up of 100 steps is not shorter than the run of 30 steps: it is shortened to 3; --warmup-ratio 0.1",
    );
    const constant = await validate(cwd, "--lr-scheduler", "constant");
    expect(constant.stdout).not.toContain("Warm-up");
  });

  test("--json", async () => {
    const cwd = project(configOf(model, "lora: {r: 65, alpha: 65}\n"));
    const { code, stdout } = await validate(cwd, "--json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as Record<string, unknown>;
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
    expect(report["memoryEstimateBytes"]).toBeGreaterThan(37_184 * 4);
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

  test("without warnings it says so", async () => {
    const cwd = project(configOf(model, "optimization: {warmup_steps: 2}\n"));
    const { stdout } = await validate(cwd, "--max-length", "2000");
    expect(stdout).toContain("No configuration warnings");
  });

  test("a model that is not here leaves the data checked, and says what was not", async () => {
    const cwd = project(configOf("org/not-here"));
    const args = ["train", "validate", "c.yml", "--json"];
    const env = { HF_HOME: makeFolder() };
    const { code, stdout } = await runProgram(args, { cwd, env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: true,
      memoryEstimateBytes: null,
      data: { rows: 20, tokens: null },
      notes: [expect.stringContaining("tokens and memory were not estimated")],
    });
  });

  test("invalid: every problem, in the one document too", async () => {
    const cwd = project("lora: {r: -1, alhpa: 3}\n");
    const { code, stdout, stderr } = await validate(cwd, "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      problems: [
        "c.yml:1: unknown key lora.alhpa; did you mean lora.alpha?",
        "c.yml:1: lora.r: LoRA rank must be positive",
      ],
    });
    expect(stderr).toContain("2 problems in the configuration");
  });

  test("a data file that is missing exits with 4, a bad row names its line", async () => {
    const cwd = makeFolder({
      "missing.yml": configOf(model),
      "bad.yml": `model: {name: ${model}}\ndata: {train_file: bad.jsonl}\n`,
      "bad.jsonl": '{"text": "x"}\nnope\n',
    });
    const missing = await runProgram(["train", "validate", "missing.yml"], { cwd });
    expect(missing).toMatchObject({ code: 4, stderr: expect.stringContaining("rows.jsonl") });
    const bad = await runProgram(["train", "validate", "bad.yml"], { cwd });
    expect(bad).toMatchObject({ code: 4, stderr: expect.stringContaining("line 2") });
  });
});
