// `ft models convert` and `ft models pull -q`: what they write, print and refuse.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const cwd = makeFolder();
let toy: string;
beforeAll(async () => {
  toy = await makeToyModel(join(cwd, "toy"));
  symlinkSync("nowhere", join(cwd, "link"));
  writeFileSync(join(cwd, "text.txt"), "a river and a stone, and a river again. ".repeat(8));
});

const convert = (...args: string[]): Promise<Ended> =>
  runProgram(["models", "convert", toy, ...args], { cwd });

interface Made {
  bytes: number;
  bitsPerWeight: number;
  packed: number;
  quantization: { bits: number; group_size: number };
  perplexity: { before: number; after: number; tokens: number };
}

test("quantized, with the perplexity before and after", async () => {
  const { code, stdout, stderr } = await convert(
    ...["small", "-q", "affine", "--bits", "8", "--json", "--perplexity", "text.txt"],
  );
  expect(code, stderr).toBe(0);
  const made = JSON.parse(stdout) as Made;
  expect(made.quantization).toMatchObject({ bits: 8, group_size: 32 });
  expect(made.packed).toBeGreaterThan(3);
  expect(made.perplexity.tokens).toBeGreaterThan(20);
  expect(Math.abs(made.perplexity.after / made.perplexity.before - 1)).toBeLessThan(0.05);
  const names = readdirSync(join(cwd, "small"));
  expect(names).toEqual(expect.arrayContaining(["config.json", "model.safetensors"]));
  expect(names).toEqual(expect.arrayContaining(["tokenizer.json"]));
});

test("with what it was trained from, how much of the training packing leaves, more bits more", async () => {
  const run = join(cwd, "run");
  const train = ["train", "start", toy, "general-conversation", "--template", "chatml"];
  const how = ["--method", "full", "--iters", "4", "--lr", "0.05", "--warmup-steps", "0"];
  const ended = await runProgram([...train, ...how, "--output", run], { cwd });
  expect(ended.code, ended.stderr).toBe(0);
  const kept = async (bits: string): Promise<{ kept: number; noise: number; lost: boolean }> => {
    const from = join(run, "final_model");
    const packing = ["-q", "affine", "--bits", bits, "--base-model", toy, "--json"];
    const args = ["models", "convert", from, `tuned-${bits}`, ...packing];
    const { code, stdout, stderr } = await runProgram(args, { cwd });
    expect(code, stderr).toBe(0);
    return (JSON.parse(stdout) as { survival: { kept: number; noise: number; lost: boolean } })
      .survival;
  };
  const eight = await kept("8");
  const three = await kept("3");
  expect(eight).toMatchObject({ lost: false });
  expect(Math.abs(eight.kept - 1)).toBeLessThan(0.1);
  expect(three.noise).toBeGreaterThan(4 * eight.noise);
});

test("unpacked again", async () => {
  const from = join(cwd, "small");
  const args = ["models", "convert", from, "plain", "--dequantize", "--dtype", "float32"];
  const { code, stderr } = await runProgram(args, { cwd });
  expect(code, stderr).toBe(0);
  const config: unknown = JSON.parse(readFileSync(join(cwd, "plain", "config.json"), "utf8"));
  expect(config).not.toHaveProperty("quantization");
});

test.each([
  ["a folder that is there", ["toy", "--dtype", "float16"], 2, "FT-USAGE-014"],
  ["no name at all: that is the folder one is in", ["", "-q", "affine"], 2, "FT-USAGE-014"],
  ["a link that leads nowhere", ["link", "-q", "affine"], 2, "FT-USAGE-014"],
  ["a device for the text", ["x", "--perplexity", "/dev/zero"], 4, "FT-DATA-029"],
  ["Core ML", ["x", "--output-format", "coreml"], 2, "FT-USAGE-015"],
  ["ONNX", ["x", "--output-format", "onnx"], 2, "optimum-cli export onnx"],
  ["both ways at once", ["x", "-q", "affine", "--dequantize"], 2, "FT-USAGE-009"],
  ["seven bits", ["x", "-q", "affine", "--bits", "7"], 3, "FT-CONFIG-082"],
  ["a mixture of floats", ["x", "-q", "mxfp4", "--recipe", "mixed_3_6"], 3, "FT-CONFIG-082"],
  ["a layer that is not there", ["x", "--layer", "*.q_prog=8"], 3, "FT-CONFIG-081"],
  ["no layer, and an example that is one", ["x", "--layer", "foo=8"], 3, "names are like model."],
  ["a layer without bits", ["x", "--layer", "lm_head"], 2, "--layer takes PATTERN=BITS"],
  [
    "bits that the mode has not",
    ["x", "-q", "mxfp4", "--bits", "8"],
    3,
    "--quantize mxfp4 --bits 4",
  ],
  ["a text that is not there", ["x", "--perplexity", "none.txt"], 4, "FT-DATA-029"],
])("refused: %s", async (_, args, code, said) => {
  const ended = await convert(...args);
  expect(ended.code).toBe(code);
  expect(ended.stderr).toContain(said);
  expect(existsSync(join(cwd, "x"))).toBe(false);
  expect(existsSync(join(toy, "config.json"))).toBe(true);
});

test("what a killed conversion left goes with the next, what a running one writes stays", async () => {
  // no process has so high a number
  const [dead, alive] = [2 ** 30, process.pid].map((pid) => `.again.tmp-${pid}-0123abcd`);
  for (const name of [dead, alive]) mkdirSync(join(cwd, name ?? ""));
  const { code, stderr } = await convert("again", "--dtype", "float16");
  expect(code, stderr).toBe(0);
  expect(readdirSync(cwd)).toContain(alive);
  expect(readdirSync(cwd)).not.toContain(dead);
});

test("a quantized model is not quantized again", async () => {
  const args = ["models", "convert", join(cwd, "small"), "x", "-q", "affine"];
  const { code, stderr } = await runProgram(args, { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain("FT-MODEL-034");
});

test("pull -q writes a copy where models are listed, once", async () => {
  const pull = (): Promise<Ended> =>
    runProgram(["models", "pull", toy, "-q", "4bit", "--json"], { cwd });
  const [first, second] = [await pull(), await pull()];
  expect(first.code, first.stderr).toBe(0);
  expect(second.code, second.stderr).toBe(0);
  const made = JSON.parse(first.stdout) as Made;
  expect(made.quantization.bits).toBe(4);
  expect(JSON.parse(second.stdout)).toMatchObject({ bytes: made.bytes, seconds: 0 });
  expect(existsSync(join(cwd, "models", "toy-4bit", "config.json"))).toBe(true);
});
