// `ft export`: what it writes, says and refuses, for the forms that are folders of safetensors. What other programs
// make of them is tests/interop/share's question.
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openModelFolder, readGgufFile } from "../../src/weights/index.ts";
import { drawnAdapter } from "../support/drawn-adapter.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const cwd = makeFolder();
let toy: string;
beforeAll(async () => {
  toy = await makeToyModel(join(cwd, "toy"));
  writeFileSync(join(toy, "LICENSE"), "as you like");
  writeFileSync(join(toy, "preprocessor_config.json"), "{}");
});

const exported = (...args: string[]): Promise<Ended> => runProgram(["export", ...args], { cwd });

interface Made {
  files: { path: string; bytes: number }[];
  dropped: { what: string; why: string }[];
  notes: string[];
}

async function made(...args: string[]): Promise<Made> {
  const { code, stdout, stderr } = await exported(...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Made;
}

const namesOf = ({ files }: Made): string[] => files.map(({ path }) => basename(path));

test("a folder in shards, with its licence, and what it lacks", async () => {
  const result = await made("hf", toy, "sharded", "--shard-size", "20KB");
  const names = namesOf(result);
  expect(names.filter((name) => name.endsWith(".safetensors")).length).toBeGreaterThan(2);
  expect(names).toEqual(
    expect.arrayContaining(["model.safetensors.index.json", "config.json", "LICENSE"]),
  );
  for (const { path, bytes } of result.files) expect(statSync(path).size).toBe(bytes);
  expect(result.dropped.map(({ what }) => what)).toEqual(["preprocessor_config.json"]);
  const [before, after] = [await openModelFolder(toy), await openModelFolder(join(cwd, "sharded"))];
  expect([...after.tensors.keys()].toSorted()).toEqual([...before.tensors.keys()].toSorted());
});

test("packed weights are unpacked for transformers, and that is said", async () => {
  const args = ["models", "convert", toy, "packed", "-q", "affine", "--bits", "8"];
  const { code, stderr } = await runProgram(args, { cwd });
  expect(code, stderr).toBe(0);
  const result = await made("hf", "packed", "plain", "--dtype", "float16");
  expect(result.notes.join()).toContain("8-bit weights are written unpacked");
  const config: unknown = JSON.parse(readFileSync(join(cwd, "plain", "config.json"), "utf8"));
  expect(config).not.toHaveProperty("quantization");
  const { tensors } = await openModelFolder(join(cwd, "plain"));
  expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(["F16"]));
});

test("a run's trained model by the run's folder, with the template of its training and a manifest", async () => {
  const run = join(cwd, "run");
  mkdirSync(run);
  await makeToyModel(join(cwd, "trained"));
  const record = { runId: "1", createdAt: "", config: {}, template: { name: "alpaca" } };
  writeFileSync(join(run, "config.json"), JSON.stringify(record));
  writeFileSync(join(run, "events.jsonl"), "{}\n");
  renameSync(join(cwd, "trained"), join(run, "final_model"));
  const names = namesOf(await made("hf", "run", "of-run"));
  expect(names).toEqual(expect.arrayContaining(["model.safetensors", "chat_template.jinja"]));
  const template = readFileSync(join(cwd, "of-run", "chat_template.jinja"), "utf8");
  expect(template).toContain("### Instruction:");
  const verified = await runProgram(["verify", "of-run", "--json"], { cwd });
  expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true });
});

test("a folder for ollama create: its Modelfile, stops, system message and licence", async () => {
  writeFileSync(join(toy, "generation_config.json"), '{"temperature": 0.6, "eos_token_id": 1}');
  const result = await made(
    "ollama",
    toy,
    "for-ollama",
    "--quant",
    "q8_0",
    "--system",
    "Be brief.",
  );
  expect(namesOf(result)).toEqual(["Modelfile", "ft-manifest.json", "model.gguf"]);
  const modelfile = readFileSync(join(cwd, "for-ollama", "Modelfile"), "utf8");
  expect(modelfile).toMatch(/^FROM \.\/model\.gguf$/m);
  expect(modelfile).toMatch(/^TEMPLATE """\{\{- \$before/m);
  expect(modelfile).toMatch(/^PARAMETER stop "/m);
  expect(modelfile).toMatch(/^PARAMETER temperature 0\.6$/m);
  expect(modelfile).toContain('SYSTEM """Be brief."""');
  expect(modelfile).toContain('LICENSE """as you like"""');
});

test("an adapter by itself for ollama create, on a .gguf file or on a model that Ollama has", async () => {
  const targets = ["q_proj", "down_proj"];
  await drawnAdapter(await openModelFolder(toy), join(cwd, "adapter"), {
    ...{ targets, template: "chatml" },
  });
  await made("gguf", toy, "base.gguf");
  const words = ["--adapter", "adapter", "--adapter-only"];
  const result = await made("ollama", "base.gguf", "on-file", ...words);
  expect(namesOf(result)).toEqual(["Modelfile", "adapter.gguf", "ft-manifest.json"]);
  const modelfile = (name: string): string => readFileSync(join(cwd, name, "Modelfile"), "utf8");
  const onFile = modelfile("on-file");
  expect(onFile).toContain(`FROM ${join(cwd, "base.gguf")}\nADAPTER ./adapter.gguf\nTEMPLATE`);
  expect(onFile).toContain("<|im_start|>assistant");
  const { metadata } = await readGgufFile(join(cwd, "on-file", "adapter.gguf"));
  expect(metadata.get("general.type")).toBe("adapter");
  const manifest = readFileSync(join(cwd, "on-file", "ft-manifest.json"), "utf8");
  expect(JSON.parse(manifest)).toMatchObject({ kind: "adapter" });
  await made("ollama", toy, "on-name", ...words, "--from", "qwen3:0.6b");
  expect(modelfile("on-name")).toContain("FROM qwen3:0.6b\nADAPTER ./adapter.gguf\n");
  await made("ollama", toy, "on-other", ...words, "--from", "base.gguf");
  expect(modelfile("on-other")).toContain(`FROM ${join(cwd, "base.gguf")}\n`);
});

test("a template that looks at more than who speaks is not put into a Modelfile", async () => {
  const other = await makeToyModel(join(cwd, "counting"));
  const template = "{% for m in messages %}{{ loop.index }}: {{ m.content }}\n{% endfor %}";
  writeFileSync(join(other, "chat_template.jinja"), template);
  const { code, stderr } = await exported("ollama", other, "x");
  expect(code).toBe(3);
  expect(stderr).toContain("FT-EXPORT-008");
  expect(existsSync(join(cwd, "x"))).toBe(false);
});

test("people see the files and what was left out", async () => {
  const { code, stdout } = await exported("hf", toy, "shown");
  expect(code).toBe(0);
  expect(stdout).toMatch(/shown: .*B\n/);
  expect(stdout).toContain("  model.safetensors  ");
  expect(stdout).toContain("left out: preprocessor_config.json: ");
});

test.each([
  ["a form that there is not", ["hff", "toy", "x"], 2, "did you mean hf?"],
  ["an option that the form has no use for", ["hf", "toy", "x", "-q", "4bit"], 2, "FT-EXPORT-002"],
  ["a size that is none", ["hf", "toy", "x", "--shard-size", "big"], 2, "FT-CORE-001"],
  ["a place where something is", ["hf", "toy", "toy"], 2, "FT-USAGE-014"],
  ["a model as an adapter", ["hf", "toy", "x", "--adapter", "toy"], 3, "FT-GENERATE-004"],
  ["a whole model as an adapter's folder", ["peft", "toy", "x"], 2, "FT-EXPORT-004"],
  [
    "an adapter for Ollama, on nothing that it has",
    ["ollama", "toy", "x", "--adapter", "adapter", "--adapter-only"],
    2,
    "FT-EXPORT-010",
  ],
  ["a base for no adapter", ["ollama", "toy", "x", "--from", "qwen3"], 2, "FT-EXPORT-010"],
  ["a model that is not there", ["hf", "./toi", "x"], 3, "FT-WEIGHTS-010"],
])("refused: %s", async (_, args, code, said) => {
  const ended = await exported(...args);
  expect(ended.code, ended.stderr).toBe(code);
  expect(ended.stderr).toContain(said);
  expect(existsSync(join(cwd, "x"))).toBe(false);
  expect(readdirSync(cwd).filter((name) => name.startsWith("."))).toEqual([]);
});
