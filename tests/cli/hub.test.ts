// Models by their hub id, from a hub on the loopback address.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakeHub } from "../support/fake-hub.ts";
import { makeFolder } from "../support/folders.ts";
import { type Ended, runProgram, startProgram, until } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

const hub = new FakeHub();
const id = "org/toy";
let endpoint: string;

interface Place {
  cwd: string;
  env: Record<string, string>;
}

/** A folder with rows and an empty cache. */
function place(): Place {
  const cwd = makeFolder();
  writeRows(join(cwd, "rows.jsonl"), 12);
  const env = { HF_ENDPOINT: endpoint, HF_HOME: join(cwd, "cache"), HF_HUB_OFFLINE: "0" };
  return { cwd, env };
}

const ft = (args: readonly string[], options: Place): Promise<Ended> => runProgram(args, options);

beforeAll(async () => {
  endpoint = await hub.start();
  const folder = await makeToyModel(join(makeFolder(), "model"));
  const files = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]);
  hub.repositories[id] = {
    refs: { main: "a".repeat(40) },
    files: Object.fromEntries(files) as Record<string, Buffer>,
  };
});
afterAll(() => hub.stop());

test("training downloads with a line a file, and again needs no hub", async () => {
  const here = place();
  const train = ["train", "start", id, "rows.jsonl", "--iters", "1"];
  const first = await ft([...train, "-o", "one"], here);
  expect(first.stderr).toMatch(/^downloading model\.safetensors$/m);
  expect(first.code).toBe(0);
  const offline = { ...here, env: { ...here.env, HF_HUB_OFFLINE: "1" } };
  const second = await ft([...train, "-o", "two"], offline);
  expect(second.stderr).not.toContain("downloading");
  expect(second.code).toBe(0);
});

test("validate and models info tell what a model is without its weights", async () => {
  const here = place();
  hub.reset();
  const info = await ft(["models", "info", id, "--json"], here);
  expect(JSON.parse(info.stdout)).toMatchObject({
    architecture: "llama",
    mapping: { missing: [], unexpected: [] },
    files: [{ name: "model.safetensors", bytes: expect.any(Number) }],
  });
  const config = join(here.cwd, "c.json");
  const options = { model: { name: id }, data: { train_file: "rows.jsonl" } };
  writeRows(config, [options]);
  const checked = await ft(["train", "validate", config, "--json"], here);
  const report = JSON.parse(checked.stdout) as { memoryEstimateBytes: number };
  expect(report.memoryEstimateBytes).toBeGreaterThan(0);
  const ranges = hub.headers.flatMap(({ range }) => range ?? []);
  expect(ranges).toHaveLength(2);
  const snapshot = join(here.cwd, "cache/hub/models--org--toy/snapshots", "a".repeat(40));
  expect(readdirSync(snapshot)).not.toContain("model.safetensors");
});

test("Ctrl-C while downloading stops at once, exits with 130, writes no run", async () => {
  const here = place();
  hub.reset({ stall: true, only: "model.safetensors" });
  const { process, ended } = startProgram(["train", "start", id, "rows.jsonl"], here);
  await until(() => hub.blobsAsked().some((line) => line.includes("model.safetensors")));
  process.kill("SIGINT");
  const { code, stderr } = await ended;
  expect(code).toBe(130);
  expect(stderr).not.toContain("error ");
  expect(readdirSync(here.cwd).sort()).toEqual(["cache", "rows.jsonl"]);
  hub.reset();
});
