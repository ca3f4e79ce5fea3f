// Our hub cache and Python's huggingface_hub: each must find offline what the other brought.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ModelCache } from "../../../src/weights/hub-cache.ts";
import { resolveModel } from "../../../src/weights/index.ts";
import { FakeHub } from "../../support/fake-hub.ts";
import { safetensorsBytes } from "../../support/model-files.ts";

const python = process.env["FT_PEERS_PYTHON"] ?? "";
const hub = new FakeHub();
const id = "org/tiny";
const commit = "a".repeat(40);
let endpoint: string;
let root: string;

beforeAll(async () => {
  endpoint = await hub.start();
  vi.stubEnv("HF_ENDPOINT", endpoint);
  root = mkdtempSync(path.join(tmpdir(), "ft-interop-hub-"));
  const files = {
    "config.json": Buffer.from("{}"),
    "tokenizer.json": Buffer.from('{"version":"1.0"}'),
    "model.safetensors": safetensorsBytes({ a: ["F32", [1000]] }),
  };
  hub.repositories[id] = { refs: { main: commit }, files };
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await hub.stop();
  rmSync(root, { recursive: true });
});

const readOffline = `
import sys
from huggingface_hub import snapshot_download, try_to_load_from_cache
print(snapshot_download("org/tiny", local_files_only=True, cache_dir=sys.argv[1]))
print(try_to_load_from_cache("org/tiny", "model.safetensors", cache_dir=sys.argv[1]))
`;

test("Python finds offline what ft brought", async () => {
  const cacheDir = path.join(root, "ours");
  const { folder } = await resolveModel(id, { cacheDir });
  const environment = { ...process.env, HF_HUB_OFFLINE: "1" };
  const printed = execFileSync(python, ["-c", readOffline, cacheDir], { env: environment });
  const [snapshot, file] = printed.toString().trim().split("\n");
  expect(realpathSync(snapshot ?? "")).toBe(realpathSync(folder));
  expect(file).toBe(path.join(folder, "model.safetensors"));
});

const scan = `
import sys
from huggingface_hub import scan_cache_dir
found = scan_cache_dir(sys.argv[1])
print(sorted(repo.repo_id for repo in found.repos), found.size_on_disk, len(found.warnings))
`;

test("Python counts what ft brought, has nothing to complain of, and misses nothing after", async () => {
  const cacheDir = path.join(root, "counted");
  await resolveModel(id, { cacheDir });
  const cache = new ModelCache(cacheDir, id);
  const files = Object.values(hub.repositories[id]?.files ?? {});
  const bytes = files.reduce((sum, { length }) => sum + length, 0);
  expect(await runPython(scan, cacheDir)).toBe(`['${id}'] ${bytes} 0`);
  await cache.remove();
  expect(await runPython(scan, cacheDir)).toBe("[] 0 0");
});

const downloadByPython = `
import sys
from huggingface_hub import snapshot_download
patterns = sys.argv[2:] or None
print(snapshot_download("org/tiny", cache_dir=sys.argv[1], allow_patterns=patterns))
`;

/** Not execFileSync: the hub answers from this very process. */
function runPython(script: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, HF_ENDPOINT: endpoint, HF_HUB_DISABLE_XET: "1" };
  const child = spawn(python, ["-c", script, ...args], { env });
  const printed: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(printed).toString().trim());
      else reject(new Error(Buffer.concat(said).toString()));
    });
  });
}

test("what Python downloaded is found offline and not fetched again", async () => {
  const cacheDir = path.join(root, "theirs");
  const snapshot = await runPython(downloadByPython, cacheDir);
  hub.reset();
  const offline = await resolveModel(id, { cacheDir, offline: true });
  expect(realpathSync(offline.folder)).toBe(realpathSync(snapshot));
  expect(offline).toMatchObject({ source: "cache", commit });
  expect((await resolveModel(id, { cacheDir })).source).toBe("cache");
  expect(hub.blobsAsked()).toEqual([]);
});

test("what Python left out is all that is fetched", async () => {
  const cacheDir = path.join(root, "part");
  await runPython(downloadByPython, cacheDir, "config.json", "*.safetensors");
  hub.reset();
  const { folder } = await resolveModel(id, { cacheDir });
  expect(readdirSync(folder)).toContain("tokenizer.json");
  expect(hub.blobsAsked()).toEqual([`GET /${id}/resolve/${commit}/tokenizer.json`]);
});
