// `ft remote download|test|compare`: an adapter fetched and loaded, base and tuned model side by side, scores of both.
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { FakeTinker } from "../../support/fake-tinker.ts";
import { makeFolder } from "../../support/folders.ts";
import { type Ended, runProgram } from "../../support/program.ts";
import { adapterFiles } from "../../support/remote-adapter.ts";
import { tarBytes } from "../../support/tar-bytes.ts";
import { fakeTinker } from "../../support/tinker.ts";
import { writeRows } from "../../support/toy-model.ts";

const base = "builtin/tiny";
const json = <T>({ stdout }: Ended): T => JSON.parse(stdout) as T;

let files: Record<string, Uint8Array>;
beforeAll(async () => {
  files = await adapterFiles();
});

interface Place {
  fake: FakeTinker;
  cwd: string;
  run: (...args: string[]) => Promise<Ended>;
}

async function place(more: object = {}): Promise<Place> {
  const fake = await fakeTinker({ models: [base], vocabulary: 4687, files, ...more });
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 6);
  const env = { ...fake.environment(), FT_HOME: join(cwd, "home") };
  return { fake, cwd, run: (...args) => runProgram(args, { cwd, env }) };
}

async function trained(at: Place, output: string, ...more: string[]): Promise<void> {
  const rate = ["--learning-rate", "0.5", "--batch", "6", "--max-steps", "8", "--save-every", "4"];
  const args = ["--data", "rows.jsonl", "--base-model", base, "--output", output, ...rate, ...more];
  const ended = await at.run("remote", "train", "--no-download", ...args);
  expect(ended.code, ended.stderr).toBe(0);
}

test("an adapter is fetched in both forms, and each loads here", async () => {
  const at = await place();
  await trained(at, "run");
  const uri =
    [...at.fake.checkpoints.keys()].find((one) => one.endsWith("sampler_weights/step_0008")) ?? "";
  const ended = await at.run("remote", "download", uri, "adapter", "--json");
  expect(ended.code, ended.stderr).toBe(0);
  expect(json(ended)).toMatchObject({
    ...{ uri, baseModel: base, rank: 16, left: [] },
    forms: [{ form: "peft" }, { form: "mlx" }],
  });
  expect(readdirSync(join(at.cwd, "adapter", "mlx")).toSorted()).toEqual([
    "adapter_config.json",
    "adapters.safetensors",
    "ft-manifest.json",
  ]);
  for (const form of ["peft", "mlx"]) {
    const said = await at.run(
      "generate",
      `adapter/${form}`,
      "What is 1 plus one?",
      "--max-tokens",
      "4",
      "--json",
    );
    expect(said.code, said.stderr).toBe(0);
    const info = json<{ layers: number; ranks: object }>(
      await at.run("adapters", "info", `adapter/${form}`, "--json"),
    );
    expect(info.ranks, form).toEqual({ 4: info.layers });
  }
  const again = await at.run("remote", "download", uri, "adapter");
  expect(again.code).toBe(2);
  expect(again.stderr).toContain("FT-USAGE-014");
});

test("a run's folder names its latest checkpoint; a service of before has an archive", async () => {
  const archive = tarBytes(Object.entries(files).map(([name, bytes]) => ({ name, bytes })));
  const at = await place({ files: undefined, archive });
  at.fake.trouble = ({ path }) =>
    path.endsWith("external") ? { status: 404, json: { detail: "Not Found" } } : undefined;
  await trained(at, "run");
  const ended = await at.run("remote", "download", "run", "adapter", "--to", "peft");
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stdout).toContain("sampler_weights/step_0008");
  expect(readdirSync(join(at.cwd, "adapter"))).toEqual(["peft"]);
  const fetched = await at.run("remote", "train", "--resume", "run", "--max-steps", "9");
  expect(fetched.code, fetched.stderr).toBe(0);
  expect(existsSync(join(at.cwd, "run", "final_model", "adapter_model.safetensors"))).toBe(true);
});

test("an archive that leads out of its folder leaves nothing behind", async () => {
  const entries = Object.entries(files).map(([name, bytes]) => ({ name, bytes }));
  const archive = tarBytes([...entries, { name: "../escaped", bytes: Buffer.from("x") }]);
  const at = await place({ files: undefined, archive });
  at.fake.trouble = ({ path }) =>
    path.endsWith("external") ? { status: 404, json: { detail: "Not Found" } } : undefined;
  await trained(at, "run");
  const before = readdirSync(at.cwd).toSorted();
  const ended = await at.run("remote", "download", "run", "adapter");
  expect(ended.code).toBe(7);
  expect(ended.stderr).toContain("FT-REMOTE-016");
  expect(readdirSync(at.cwd).toSorted()).toEqual(before);
});

interface Tested {
  weights: string;
  prompts: { prompt: string; base: string | null; tuned: string }[];
  scores: { changed: number | null };
}

test("base and tuned answer the same prompts; a pattern takes the newest run; all of it is written down", async () => {
  const at = await place();
  await trained(at, "checkpoints/lora_one");
  await trained(at, "checkpoints/lora_two");
  utimesSync(join(at.cwd, "checkpoints/lora_one/checkpoints/step-8/remote.json"), 1, 1);
  const asked = [
    "--prompt",
    "What is 1 plus one?",
    "--prompt",
    "What is 2 plus one?",
    "--max-tokens",
    "8",
  ];
  const args = [
    "remote",
    "test",
    "--lora-weights",
    "checkpoints/lora_*",
    "--compare-base",
    "--temperature",
    "0",
  ];
  const ended = await at.run(...args, ...asked, "--json");
  expect(ended.code, ended.stderr).toBe(0);
  const result = json<Tested>(ended);
  expect(result.weights).toContain(`${at.fake.lastRun.id}/sampler_weights/step_0008`);
  expect(result.prompts.map(({ prompt }) => prompt)).toEqual([
    "What is 1 plus one?",
    "What is 2 plus one?",
  ]);
  expect(result.prompts[0]?.base).not.toBe(result.prompts[0]?.tuned);
  expect(result.prompts[0]?.tuned).toMatch(/It is/);
  expect(result.scores).toMatchObject({
    changed: 1,
    tuned: { meanTokens: expect.any(Number) as number },
  });
  expect(JSON.parse(readFileSync(join(at.cwd, "lora_test_results.json"), "utf8"))).toEqual(result);
  const sessions = at.fake.bodies("create_sampling_session");
  expect(sessions).toMatchObject([{ model_path: result.weights }, { base_model: base }]);
});

test("without the base only the tuned answers; prompts come from a file; five are asked where none are given", async () => {
  const at = await place();
  await trained(at, "run");
  writeFileSync(join(at.cwd, "prompts.txt"), 'One?\n\n{"prompt": "Two?"}\n');
  const uri = `tinker://${at.fake.lastRun.id}/sampler_weights/step_*`;
  const of = ["remote", "test", "--lora-weights", uri, "--max-tokens", "2", "--json"];
  const result = json<Tested>(await at.run(...of, "--test-prompts", "prompts.txt"));
  expect(result.weights).toMatch(/step_0008$/);
  expect(result.prompts).toMatchObject([{ prompt: "One?", base: null }, { prompt: "Two?" }]);
  expect(json<Tested>(await at.run(...of)).prompts).toHaveLength(5);
  const state = `tinker://${at.fake.lastRun.id}/weights/step_0004`;
  const ofState = [
    "remote",
    "test",
    "--lora-weights",
    state,
    "--prompt",
    "a",
    "--max-tokens",
    "1",
    "--json",
  ];
  expect(json<Tested>(await at.run(...ofState)).weights).toMatch(/sampler_weights\/step_0004$/);
  const none = await at.run("remote", "test", "--lora-weights", "nothing*");
  expect(none.code).toBe(2);
  expect(none.stderr).toContain("FT-REMOTE-018");
});

interface Compared {
  prompts: { reference: string; base: string; tuned: string }[];
  scores: { base: Record<string, number>; tuned: Record<string, number> };
}

test("a checkpoint is scored beside its base, and beside an earlier one", async () => {
  const at = await place();
  await trained(at, "run");
  const data = ["--data", "rows.jsonl", "--limit", "3", "--max-tokens", "8", "--json"];
  const ended = await at.run(
    "remote",
    "compare",
    "--lora-checkpoint",
    "run",
    ...data,
    "--output",
    "report.json",
  );
  expect(ended.code, ended.stderr).toBe(0);
  const result = json<Compared>(ended);
  expect(result.prompts).toHaveLength(3);
  expect(result.prompts[0]).toMatchObject({ reference: "It is 1." });
  expect(result.scores.base["perplexity"]).toBeCloseTo(4687, -1);
  expect(result.scores.tuned["perplexity"]).toBeLessThan(50);
  expect(result.scores.tuned["rougeL"]).toBeGreaterThan(result.scores.base["rougeL"] ?? 1);
  expect(JSON.parse(readFileSync(join(at.cwd, "report.json"), "utf8"))).toEqual(result);
  const early = await at.run(
    "remote",
    "compare",
    "--lora-checkpoint",
    "run",
    "--against",
    "run/checkpoints/step-4",
    ...data,
  );
  const between = json<Compared>(early);
  expect(between.scores.tuned["perplexity"]).toBeLessThan(between.scores.base["perplexity"] ?? 0);
  expect(between.scores.base["perplexity"]).toBeLessThan(4000);
});
