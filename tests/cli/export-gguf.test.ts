// `ft export gguf`: its answer for programs, what it refuses and with which exit code, and that a file is there whole or
// not at all, whatever ends the program. What is in the file is tests/contract's question, and llama.cpp's.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openStoredModel, readGgufFile } from "../../src/weights/index.ts";
import { drawnAdapter } from "../support/drawn-adapter.ts";
import { makeFolder } from "../support/folders.ts";
import {
  compiledProgram,
  type Ended,
  programEnvironment,
  runProgram,
  startProgram,
  until,
} from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

const cwd = makeFolder();
let toy: string;
beforeAll(async () => {
  toy = await makeToyModel(join(cwd, "toy"));
  writeFileSync(join(toy, "preprocessor_config.json"), "{}");
  const base = await openStoredModel(toy);
  await drawnAdapter(base, join(cwd, "adapter"), { targets: ["q_proj", "down_proj"] });
  await drawnAdapter(base, join(cwd, "dora"), { kind: "dora" });
  await makeToyModel(join(cwd, "other"), {
    config: { model_type: "stablelm", tie_word_embeddings: false },
  });
});

const exported = (...args: string[]): Promise<Ended> =>
  runProgram(["export", "gguf", ...args], { cwd });

interface Made {
  format: string;
  model: string;
  adapter: string | null;
  output: string;
  files: { path: string; bytes: number }[];
  bytes: number;
  dropped: { what: string; why: string }[];
}

async function made(...args: string[]): Promise<Made> {
  const { code, stdout, stderr } = await exported(...args, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Made;
}

const typesIn = async (file: string): Promise<Set<string>> => {
  const { tensors } = await readGgufFile(file);
  return new Set([...tensors.values()].map(({ type }) => type.name));
};

test("one file, with its size, where it is, and what is not in it", async () => {
  const file = join(cwd, "toy.gguf");
  const found = await made("toy", "toy.gguf", "--quant", "q8_0");
  expect(found).toMatchObject({ format: "gguf", model: toy, adapter: null, output: file });
  expect(found.files).toEqual([{ path: file, bytes: statSync(file).size }]);
  expect(found.bytes).toBe(statSync(file).size);
  expect(found.dropped.map(({ what }) => what)).toEqual(["preprocessor_config.json"]);
  for (const { why } of found.dropped) expect(why).not.toBe("");
  expect(await typesIn(file)).toEqual(new Set(["F32", "Q8_0"]));
});

test("an adapter in the weights, and the adapter by itself", async () => {
  const whole = await made("adapter", "tuned.gguf", "--base-model", "toy", "--quant", "f32");
  expect(whole).toMatchObject({ model: "toy", adapter: join(cwd, "adapter") });
  const alone = await made("toy", "alone.gguf", "--adapter", "adapter", "--adapter-only");
  expect(alone.dropped).toEqual([]);
  const { metadata, tensors } = await readGgufFile(join(cwd, "alone.gguf"));
  expect(metadata.get("general.type")).toBe("adapter");
  expect(tensors.has("blk.0.attn_q.weight.lora_a")).toBe(true);
});

/** Passing names that are left, too. */
const namesHere = (): string[] => readdirSync(cwd).toSorted();

test.each([
  ["a quantization that there is not", ["toy", "x", "-q", "q9"], 2, "FT-EXPORT-003"],
  ["an option that a file has no use for", ["toy", "x", "--dtype", "float16"], 2, "FT-EXPORT-002"],
  ["an adapter alone, and there is none", ["toy", "x", "--adapter-only"], 2, "FT-EXPORT-004"],
  [
    "an adapter's factors in blocks",
    ["toy", "x", "--adapter", "adapter", "--adapter-only", "-q", "q8_0"],
    2,
    "FT-EXPORT-003",
  ],
  [
    "an adapter that is no product of two",
    ["toy", "x", "--adapter", "dora", "--adapter-only"],
    3,
    "FT-EXPORT-023",
  ],
  ["a family that is not written", ["other", "x"], 3, "FT-EXPORT-020"],
  ["a place where a file is", ["toy", join("toy", "config.json")], 2, "FT-USAGE-014"],
  ["a place where a folder is", ["toy", "toy"], 2, "FT-USAGE-014"],
  ["a place beneath a file", ["toy", join("toy", "config.json", "x")], 1, "FT-FILE-ENOTDIR"],
])("refused: %s", async (_, args, code, said) => {
  const before = namesHere();
  const ended = await exported(...args);
  expect(ended.code, ended.stderr).toBe(code);
  expect(ended.stderr).toContain(said);
  const asJson = await exported(...args, "--json");
  expect(asJson.code).toBe(code);
  expect(asJson.stdout + asJson.stderr).toContain(said);
  expect(namesHere()).toEqual(before);
});

test("a disk that takes no more leaves nothing", () => {
  const before = namesHere();
  // a limit on the size of files, in blocks of 1024 bytes, is refused as a full disk is
  const words = [process.execPath, compiledProgram(), "export", "gguf", "toy", "x.gguf"];
  const { status, stderr } = spawnSync("bash", ["-c", 'ulimit -f 40; exec "$@"', "_", ...words], {
    cwd,
    env: programEnvironment(),
    encoding: "utf8",
  });
  expect(stderr).toContain("FT-WEIGHTS-021");
  expect(status).not.toBe(0);
  expect(namesHere()).toEqual(before);
});

/** A passing name of the output. */
const passing = (): string | undefined => namesHere().find((name) => name.startsWith(".big.gguf."));

test("stopped in the middle nothing is left; killed, what is left goes with the next", async () => {
  const config = { hidden_size: 512, intermediate_size: 4096, num_hidden_layers: 4 };
  await makeToyModel(join(cwd, "big"), { config });
  const args = ["export", "gguf", "big", "big.gguf", "--quant", "q4_k_m"];
  const before = namesHere();
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const running = startProgram(args, { cwd });
    const abandoned = passing();
    await until(() => ![undefined, abandoned].includes(passing()));
    // held, so that it is not through before it is looked at
    running.process.kill("SIGSTOP");
    expect(existsSync(join(cwd, "big.gguf"))).toBe(false);
    running.process.kill(signal);
    running.process.kill("SIGCONT");
    const { code, stderr } = await running.ended;
    if (signal === "SIGINT") expect(code, stderr).toBe(130);
    expect(existsSync(join(cwd, "big.gguf"))).toBe(false);
    expect(passing() === undefined).toBe(signal === "SIGINT");
  }
  expect(namesHere()).toEqual(before);
});
