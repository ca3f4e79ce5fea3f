// A model of a hub opened without its weights: only the small files and the headers travel.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ModelError, ProviderError } from "../../../src/core/errors.ts";
import {
  type StoredModel,
  openModelFolder,
  resolveModel,
  type ResolveOptions,
} from "../../../src/weights/index.ts";
import { FakeHub } from "../../support/fake-hub.ts";
import { safetensorsBytes } from "../../support/model-files.ts";
import { rejection } from "../../support/refusal.ts";

const hub = new FakeHub();
const id = "org/large";
const main = "a".repeat(40);
const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
/** Large enough that fetching it whole would show. */
const megabyte = 250_000;
const first = safetensorsBytes({ "a.weight": ["F32", [megabyte]], "b.bias": ["F16", [3]] });
const second = safetensorsBytes({ "c.weight": ["BF16", [2, megabyte]] });
const index = { weight_map: { "a.weight": shards[0], "b.bias": shards[0], "c.weight": shards[1] } };
let endpoint: string;
let cacheDir: string;

beforeAll(async () => void (endpoint = await hub.start()));
afterAll(() => hub.stop());

beforeEach(() => {
  cacheDir = mkdtempSync(path.join(tmpdir(), "ft-hub-"));
  vi.stubEnv("HF_ENDPOINT", endpoint);
  hub.reset();
  hub.repositories[id] = {
    refs: { main },
    files: {
      "config.json": Buffer.from('{"model_type":"llama"}'),
      "tokenizer.json": Buffer.from("{}"),
      "model.safetensors.index.json": Buffer.from(JSON.stringify(index)),
      [shards[0]]: first,
      [shards[1]]: second,
    },
  };
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cacheDir, { recursive: true, force: true });
});

const base: ResolveOptions = { retryDelayMs: 1 };

async function inspect(options: ResolveOptions = {}): Promise<StoredModel> {
  const all = { ...base, cacheDir, ...options };
  const { folder, remote } = await resolveModel(id, { ...all, leaveWeights: true });
  return await openModelFolder(folder, remote);
}

/** Ranges asked of the weights. */
const ranges = (): string[] => hub.headers.flatMap(({ range }) => range ?? []);

test("every tensor is known, and of each shard only the beginning was asked for", async () => {
  const { folder, tensors, files, fileBytes } = await inspect();
  expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ["a.weight", "F32", [megabyte]],
    ["b.bias", "F16", [3]],
    ["c.weight", "BF16", [2, megabyte]],
  ]);
  expect(files).toEqual(shards.map((name) => path.join(folder, name)));
  expect([...fileBytes.values()]).toEqual([first.length, second.length]);
  expect(ranges()).toEqual(["bytes=0-131071", "bytes=0-131071"]);
  for (const file of files) expect(existsSync(file)).toBe(false);
});

test("a header longer than the first read is read to its end", async () => {
  const many = Array.from({ length: 3000 }, (_, at) => [`layer.${at}.weight`, ["F32", [1]]]);
  const long = safetensorsBytes(Object.fromEntries(many));
  expect(Number(long.readBigUInt64LE(0))).toBeGreaterThan(131_072);
  hub.repositories[id] = {
    refs: { main },
    files: { "config.json": Buffer.from("{}"), "model.safetensors": long },
  };
  expect((await inspect()).tensors.size).toBe(3000);
  expect(ranges()).toHaveLength(2);
});

test("a server that ignores ranges is read no further than needed", async () => {
  hub.reset({ ignoreRange: true, only: ".safetensors" });
  expect((await inspect()).tensors.size).toBe(3);
});

test("what torch.save wrote is known by its table of contents and its pickle", async () => {
  const zip = readFileSync(new URL("../../fixtures/pickle/zip.bin", import.meta.url));
  hub.repositories[id] = {
    refs: { main },
    files: { "config.json": Buffer.from("{}"), "pytorch_model.bin": zip },
  };
  const { tensors, files } = await inspect();
  expect(tensors.get("bfloat16")).toMatchObject({ dtype: "BF16", shape: [7] });
  expect(ranges().length).toBeGreaterThan(0);
  for (const file of files) expect(existsSync(file)).toBe(false);
});

test("weights that are in the cache are read there", async () => {
  await resolveModel(id, { ...base, cacheDir });
  hub.reset();
  const { files } = await inspect();
  expect(ranges()).toEqual([]);
  for (const file of files) expect(existsSync(file)).toBe(true);
});

test("a name for half a snapshot is not remembered: offline it counts as not there", async () => {
  await inspect();
  const offline = { ...base, cacheDir, offline: true };
  const error = await rejection(resolveModel(id, offline), ProviderError);
  expect(error.code).toBe("FT-WEIGHTS-030");
});

test("a damaged header far away is refused as one here would be", async () => {
  const files = hub.repositories[id]?.files ?? {};
  const broken = Buffer.from(second);
  broken.writeBigUInt64LE(1n << 40n, 0);
  files[shards[1]] = broken;
  const error = await rejection(inspect(), ModelError);
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-003", 7]);
  expect(error.message).toContain(shards[1]);
});

test("a hub that refuses the weights says so as for a download", async () => {
  hub.reset({ status: 401, code: "GatedRepo", only: "-of-" });
  const error = await rejection(inspect(), ProviderError);
  expect(error.exitCode).toBe(6);
  expect(error.message).toContain(id);
});
