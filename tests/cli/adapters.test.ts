// ft adapters info, convert and combine, and ft merge: what they write, print and refuse.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { loadModel } from "../../src/generate/load-model.ts";
import { dispose } from "../../src/mx/index.ts";
import { loadTensorFile, openModelFolder } from "../../src/weights/index.ts";
import { bitsOf } from "../parity/models/fixtures.ts";
import { drawnAdapter } from "../support/drawn-adapter.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const cwd = makeFolder();
let toy: string;
let ours: string;
beforeAll(async () => {
  toy = await makeToyModel(join(cwd, "toy"));
  const base = await openModelFolder(toy);
  const targets = ["q_proj", "down_proj"];
  ours = await drawnAdapter(base, join(cwd, "ours"), { targets, deviation: 0.3 });
  await drawnAdapter(base, join(cwd, "second"), { targets, seed: 1, deviation: 0.3 });
  await drawnAdapter(base, join(cwd, "faintest"), { targets, deviation: 1e-4 });
  await drawnAdapter(base, join(cwd, "faint"), { targets, deviation: 1e-3 });
});

const ft = (...args: string[]): Promise<Ended> => runProgram(args, { cwd });

async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await ft(...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

const ids = [3, 1, 4, 1, 5, 9, 2, 6];

async function logitsOf(name: string, adapter?: string): Promise<Float32Array> {
  const model = await loadModel(name, { ...(adapter && { adapter }), dtype: "float32" });
  const { data } = model.forward(ids);
  model.dispose();
  return data;
}

const apart = (one: Float32Array, other: Float32Array): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] ?? 0))), 0);

test("to PEFT's form and back: the same bits, and the same logits", async () => {
  expect(await json("adapters", "convert", "ours", "of-peft", "--to", "peft")).toMatchObject({
    tensors: 8,
    dropped: [],
    format: "peft",
  });
  expect(readdirSync(join(cwd, "of-peft")).toSorted()).toEqual([
    "adapter_config.json",
    "adapter_model.safetensors",
    "ft-manifest.json",
  ]);
  await json("adapters", "convert", "of-peft", "back", "--to", "mlx");
  expect(readFileSync(join(cwd, "back", "ft-manifest.json"), "utf8")).not.toContain(cwd);
  const [first, again] = await Promise.all(
    ["ours", "back"].map((folder) => loadTensorFile(join(cwd, folder, "adapters.safetensors"))),
  );
  const names = [...(first?.tensors.keys() ?? [])].toSorted();
  expect([...(again?.tensors.keys() ?? [])].toSorted()).toEqual(names);
  for (const name of names)
    expect(bitsOf(again?.tensors.get(name)), name).toEqual(bitsOf(first?.tensors.get(name)));
  dispose([first?.tensors, again?.tensors]);
  expect(apart(await logitsOf(toy, join(cwd, "of-peft")), await logitsOf(toy, ours))).toBe(0);
  // the folder is a model by itself, too
  const text = await ft("generate", "of-peft", "Say hello", "--max-tokens", "3");
  expect(text.code, text.stderr).toBe(0);
});

test("info tells the form, the base, ranks and layers", async () => {
  expect(await json("adapters", "info", "ours")).toMatchObject({
    ...{ format: "mlx", kind: "lora", base: toy, layers: 4, tensors: 8 },
    ...{ ranks: { 2: 4 }, scales: { 1.5: 4 }, targets: ["q_proj", "down_proj"], dropped: [] },
  });
  expect((await ft("adapters", "info", "ours")).stdout).toContain("rank 2 (4 layers)");
});

test("combined side by side: the sum of both", async () => {
  const args = ["ours", "second", "-o", "both", "--weights", "1,-0.5"];
  expect(await json("adapters", "combine", ...args)).toMatchObject({ tensors: 8, dropped: [] });
  expect(await json("adapters", "info", "both")).toMatchObject({ ranks: { 4: 4 } });
});

test.each([
  ["no such form", ["convert", "ours", "x", "--to", "gguf"], 2, "FT-ADAPTER-010"],
  ["no adapter", ["info", "toy"], 3, "FT-ADAPTER-003"],
  [
    "no such way",
    ["combine", "ours", "second", "-o", "x", "--method", "mean"],
    2,
    "FT-ADAPTER-013",
  ],
  [
    "too few weights",
    ["combine", "ours", "second", "-o", "x", "--weights", "1"],
    2,
    "FT-ADAPTER-014",
  ],
  ["something there", ["convert", "ours", "second", "--to", "peft"], 2, "FT-USAGE-014"],
])("refused: %s", async (_, args, code, said) => {
  const ended = await ft("adapters", ...args);
  expect(ended.stderr).toContain(said);
  expect(ended.code).toBe(code);
  expect(existsSync(join(cwd, "x"))).toBe(false);
});

describe("folders that are no adapter, or hold nothing that the form can", () => {
  test.each(['{"fine_tune_type":', "null", "[".repeat(10_000)])(
    "a damaged configuration is named: %.20s",
    async (text) => {
      cpSync(ours, join(cwd, "damaged"), { recursive: true });
      writeFileSync(join(cwd, "damaged", "adapter_config.json"), text);
      const ended = await ft("adapters", "info", "damaged", "--base-model", "toy");
      expect(ended.stderr).toContain("FT-ADAPTER-003");
      expect(ended.code).toBe(3);
    },
  );

  test("a pipe in the place of the weights is not waited for", async () => {
    cpSync(ours, join(cwd, "piped"), { recursive: true });
    const weights = join(cwd, "piped", "adapters.safetensors");
    rmSync(weights);
    execFileSync("mkfifo", [weights]);
    const ended = await ft("adapters", "info", "piped");
    expect(ended.stderr).toContain("the adapter's weights are missing");
    expect(ended.code).toBe(3);
  });

  test("whole parameters alone have no place in mlx-lm's form: refused, and nothing is written", async () => {
    const full = join(cwd, "full");
    mkdirSync(full);
    cpSync(join(toy, "model.safetensors"), join(full, "adapters.safetensors"));
    const config = { fine_tune_type: "full", num_layers: 1, model: toy };
    writeFileSync(join(full, "adapter_config.json"), JSON.stringify(config));
    const ended = await ft("adapters", "convert", "full", "hollow", "--to", "mlx");
    expect(ended.stderr).toContain("FT-ADAPTER-016");
    expect(ended.stderr).toContain("and ");
    expect(ended.code).toBe(3);
    expect(existsSync(join(cwd, "hollow"))).toBe(false);
  });
});

describe("merge", () => {
  test("where the base's own precision takes the update, the way on is a finer one", async () => {
    const base = ["--base-model", "half"];
    await json("models", "convert", "toy", "half", "--dtype", "bfloat16");
    const ended = await ft("merge", "faintest", "rounded", ...base, "--dtype", "bfloat16");
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stderr).toContain("ft merge faintest rounded --base-model half --dtype float32");
    expect(ended.stderr).not.toContain("--dtype bfloat16 keeps");
    await json("merge", "faintest", "rounded", ...base, "--dtype", "float32");
  });

  test("in float32 the logits are those of base and adapter", async () => {
    const made = await json("merge", "ours", "merged", "--dtype", "float32");
    expect(made["outputDir"]).toBe(join(cwd, "merged"));
    expect(made["maxLogitDifference"]).toBeLessThan(1e-3);
    expect(made["baseLogitDifference"]).toBeGreaterThan(0.1);
    expect(made["survival"]).toMatchObject({ lost: false, answers: null });
    expect(apart(await logitsOf(join(cwd, "merged")), await logitsOf(toy, ours))).toBeLessThan(
      1e-3,
    );
    expect(readdirSync(join(cwd, "merged"))).toEqual(
      expect.arrayContaining(["config.json", "ft-manifest.json", "tokenizer.json"]),
    );
    expect((await ft("verify", "merged")).code).toBe(0);
  });

  test("the template of training goes along, where other programs look for it", async () => {
    cpSync(ours, join(cwd, "chatty"), { recursive: true });
    const config = join(cwd, "chatty", "adapter_config.json");
    const told = JSON.parse(readFileSync(config, "utf8")) as object;
    writeFileSync(config, JSON.stringify({ ...told, template: "chatml" }));
    expect(await json("merge", "chatty", "spoken", "--dtype", "float32")).toMatchObject({
      warnings: [],
    });
    const written = readFileSync(join(cwd, "spoken", "chat_template.jinja"), "utf8");
    expect(written).toContain("<|im_start|>");
  });

  test("into eight bits, with what is left of the update, and answers", async () => {
    const rows = [1, 2, 3].map((at) => ({
      messages: [
        { role: "user", content: `What is ${at}?` },
        { role: "assistant", content: `${at}` },
      ],
    }));
    writeFileSync(join(cwd, "rows.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const args = ["--quantize", "affine", "--bits", "8", "--prompts", "rows.jsonl"];
    const made = await json("merge", "ours", "eight", ...args);
    const survival = made["survival"] as { kept: number; layers: unknown[]; answers: object };
    expect(survival.kept).toBeGreaterThan(0.95);
    expect(survival.layers).toHaveLength(4);
    expect(survival.answers).toMatchObject({ samples: 3 });
    expect(made["quantization"]).toMatchObject({ bits: 8 });
  });

  test("a base of four bits is packed again; an update too faint for it is refused, and nothing is written", async () => {
    await json("models", "convert", "toy", "four", "-q", "affine", "--bits", "4");
    const kept = await json("merge", "ours", "packed", "--base-model", "four");
    expect(kept["quantization"]).toMatchObject({ bits: 4 });
    const lost = await ft("merge", "faint", "gone", "--base-model", "four", "--json");
    expect(lost.code).toBe(3);
    expect(JSON.parse(lost.stdout)).toMatchObject({ error: { code: "FT-ADAPTER-012" } });
    expect(existsSync(join(cwd, "gone"))).toBe(false);
    const forced = await json("merge", "faint", "gone", "--base-model", "four", "--force");
    expect(forced["survival"]).toMatchObject({ lost: true });
    const plain = await json(
      "merge",
      "faint",
      "plain",
      "--base-model",
      "four",
      "--dtype",
      "float32",
    );
    expect(plain["survival"]).toMatchObject({ lost: false });
  });

  test("a whole model is no adapter", async () => {
    const ended = await ft("merge", "toy", "y");
    expect(ended.stderr).toContain("FT-GENERATE-004");
  });
});
