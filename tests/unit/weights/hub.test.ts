// Resolving models against a hub on the loopback address: what is fetched, what is kept, what is refused.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { logger, setLogger } from "../../../src/core/logger.ts";
import { retryAfterSeconds } from "../../../src/core/retry-after.ts";
import { connect } from "../../../src/weights/hub-connection.ts";
import {
  type DownloadProgress,
  openModelFolder,
  resolveModel,
  type ResolveOptions,
} from "../../../src/weights/index.ts";
import { etagOf, FakeHub } from "../../support/fake-hub.ts";
import { safetensorsBytes, writeFolder } from "../../support/model-files.ts";
import { rejection } from "../../support/refusal.ts";

const hub = new FakeHub();
const main = "a".repeat(40);
const tagged = "b".repeat(40);
const weights = safetensorsBytes({ "a.weight": ["F32", [50_000]] });
const shard1 = "model-00001-of-00002.safetensors";
const shard2 = "model-00002-of-00002.safetensors";
const id = "org/tiny";
let endpoint: string;
let cacheDir: string;

const text = (content: string): Buffer => Buffer.from(content);
const small = {
  "config.json": text('{"model_type":"llama"}'),
  "tokenizer.json": text("{}"),
  "chat_template.jinja": text("{{ messages }}"),
};

beforeAll(async () => void (endpoint = await hub.start()));
afterAll(() => hub.stop());

beforeEach(() => {
  cacheDir = mkdtempSync(path.join(tmpdir(), "ft-hub-"));
  vi.stubEnv("HF_ENDPOINT", endpoint);
  vi.stubEnv("HF_HOME", path.join(cacheDir, "home"));
  for (const name of ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE"]) {
    vi.stubEnv(name, "");
  }
  hub.reset();
  hub.repositories[id] = {
    refs: { main, "v1.0": tagged },
    files: {
      ...small,
      "model.safetensors": weights,
      "pytorch_model.bin": text("pickle"),
      "modeling_tiny.py": text("print()"),
      "README.md": text("# Tiny"),
      "onnx.onnx": text("x"),
    },
  };
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cacheDir, { recursive: true, force: true });
});

const storage = (): string => path.join(cacheDir, "models--org--tiny");
const incomplete = (): string[] =>
  readdirSync(path.join(storage(), "blobs")).filter((name) => name.includes("incomplete"));
const pull = (options: ResolveOptions = {}, name = id): ReturnType<typeof resolveModel> =>
  resolveModel(name, { cacheDir, retryDelayMs: 1, ...options });

const refusal = (work: Promise<unknown>): Promise<FtError> => rejection(work, FtError);

describe("from the hub", () => {
  test("fetches what loading needs and nothing else, in Python's layout", async () => {
    const resolved = await pull();
    const folder = path.join(storage(), "snapshots", main);
    expect(resolved).toEqual({ folder, source: "hub", id, commit: main });
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(small), "model.safetensors"].sort());
    expect(readFileSync(path.join(storage(), "refs", "main"), "utf8")).toBe(main);
    expect(readFileSync(path.join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(lstatSync(path.join(folder, "config.json")).isSymbolicLink()).toBe(true);
    const { oid } = etagOf("model.safetensors", weights);
    expect(readlinkSync(path.join(folder, "model.safetensors"))).toBe(`../../blobs/${oid}`);
    expect(incomplete()).toEqual([]);
    expect((await openModelFolder(folder)).tensors.size).toBe(1);
  });

  test("the second call fetches no blob", async () => {
    await pull();
    hub.reset();
    expect((await pull()).source).toBe("cache");
    expect(hub.asked.length).toBeGreaterThan(0);
    expect(hub.blobsAsked()).toEqual([]);
  });

  test("a commit that is whole in the cache asks nothing at all", async () => {
    await pull();
    hub.reset();
    expect(await pull({ revision: main })).toMatchObject({ source: "cache", commit: main });
    expect(hub.asked).toEqual([]);
  });

  test("a commit that another program fetched without its tokenizer is completed", async () => {
    const { folder } = await pull();
    rmSync(path.join(folder, "tokenizer.json"));
    await pull({ revision: main });
    expect(readdirSync(folder)).toContain("tokenizer.json");
    rmSync(path.join(folder, "tokenizer.json"));
    expect((await pull({ revision: main, offline: true })).source).toBe("cache");
  });

  test("another revision with the same files shares their blobs", async () => {
    await pull();
    hub.reset();
    const resolved = await pull({ revision: "v1.0" });
    expect(resolved.folder).toBe(path.join(storage(), "snapshots", tagged));
    expect(readFileSync(path.join(storage(), "refs", "v1.0"), "utf8")).toBe(tagged);
    expect(hub.blobsAsked()).toEqual([]);
    expect((await openModelFolder(resolved.folder)).tensors.size).toBe(1);
  });

  test("a branch that moves is followed", async () => {
    await pull();
    const next = "c".repeat(40);
    const files = { ...hub.repositories[id]?.files, "config.json": text('{"model_type":"gpt2"}') };
    hub.repositories[id] = { refs: { main: next }, files };
    hub.reset();
    const { folder } = await pull();
    expect(readFileSync(path.join(folder, "config.json"), "utf8")).toContain("gpt2");
    expect(hub.blobsAsked()).toEqual([`GET /org/tiny/resolve/${next}/config.json`]);
  });

  test("only the shards that the index names", async () => {
    const index = { weight_map: { "a.weight": shard1, "b.weight": shard2 } };
    hub.repositories[id] = {
      refs: { main },
      files: {
        ...small,
        "model.safetensors.index.json": text(JSON.stringify(index)),
        [shard1]: safetensorsBytes({ "a.weight": ["F32", [2]] }),
        [shard2]: safetensorsBytes({ "b.weight": ["F32", [2]] }),
        "consolidated.safetensors": weights,
        "model-fp16.safetensors": weights,
      },
    };
    const { folder } = await pull();
    const found = readdirSync(folder).filter((name) => name.endsWith(".safetensors"));
    expect(found.sort()).toEqual([shard1, shard2]);
    expect((await openModelFolder(folder)).tensors.size).toBe(2);
    hub.reset();
    await pull();
    expect(hub.blobsAsked()).toEqual([]);
  });

  test("an adapter repository", async () => {
    const files = { "adapter_config.json": text("{}"), "adapter_model.safetensors": weights };
    hub.repositories[id] = { refs: { main }, files };
    const { folder } = await pull();
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files));
    expect((await pull({ offline: true })).source).toBe("cache");
  });

  test("the page's address and an id without owner", async () => {
    hub.repositories["gpt2"] = hub.repositories[id] ?? { refs: {}, files: {} };
    expect((await pull({}, "https://huggingface.co/org/tiny")).id).toBe(id);
    expect((await pull({}, "gpt2")).folder).toContain("models--gpt2");
  });

  test("progress counts bytes up to the total", async () => {
    const seen: DownloadProgress[] = [];
    await pull({ onProgress: (progress) => seen.push(progress) });
    const last = seen.at(-1);
    const { bytesPerSecond: _speed, secondsLeft: _left, ...counted } = last ?? {};
    const all = [...Object.values(small), weights].reduce((sum, { length }) => sum + length, 0);
    expect(counted).toEqual({
      file: "model.safetensors",
      fileBytes: weights.length,
      fileTotal: weights.length,
      bytes: all,
      total: all,
    });
    expect(new Set(seen.map(({ file }) => file)).size).toBe(4);
    const sizes = seen.map(({ bytes }) => bytes);
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(new Set(seen.map(({ total }) => total)).size).toBe(1);
  });

  test("two at once leave one whole copy", async () => {
    const [one, two] = await Promise.all([pull(), pull()]);
    expect(one.folder).toBe(two.folder);
    expect(incomplete()).toEqual([]);
    expect((await openModelFolder(one.folder)).tensors.size).toBe(1);
  });
});

describe("broken connections", () => {
  test("a download that breaks off goes on where it was", async () => {
    hub.reset({ breakAfter: 70_000, times: 2, only: "model.safetensors" });
    const { folder } = await pull();
    expect(readFileSync(path.join(folder, "model.safetensors")).equals(weights)).toBe(true);
    const ranges = hub.headers.flatMap(({ range }) => range ?? []);
    expect(ranges).toHaveLength(2);
    for (const range of ranges) expect(range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(hub.blobsAsked().filter((line) => line.includes("model.safetensors"))).toHaveLength(3);
  });

  test("a server without ranges begins again", async () => {
    hub.reset({ breakAfter: 70_000, times: 1, only: "model.safetensors" });
    const plain: typeof fetch = (input, init) => {
      const headers = new Headers(init?.headers);
      headers.delete("range");
      return fetch(input, { ...init, headers });
    };
    const { folder } = await pull({ fetch: plain });
    expect(readFileSync(path.join(folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  test("what an ended process left is taken up", async () => {
    const { oid } = etagOf("model.safetensors", weights);
    const blobs = path.join(storage(), "blobs");
    mkdirSync(blobs, { recursive: true });
    writeFileSync(path.join(blobs, `${oid}.ft-0-abcd.incomplete`), weights.subarray(0, 1234));
    await pull();
    expect(hub.headers.flatMap(({ range }) => range ?? [])).toEqual(["bytes=1234-"]);
    expect(incomplete()).toEqual([]);
  });

  test("a part that a running process writes is left alone", async () => {
    const { oid } = etagOf("model.safetensors", weights);
    const blobs = path.join(storage(), "blobs");
    const other = `${oid}.ft-${process.ppid}-abcd.incomplete`;
    mkdirSync(blobs, { recursive: true });
    writeFileSync(path.join(blobs, other), weights.subarray(0, 1234));
    await pull();
    expect(hub.headers.flatMap(({ range }) => range ?? [])).toEqual([]);
    expect(incomplete()).toEqual([other]);
  });

  test("a wrong byte of the right length is fetched again once", async () => {
    hub.reset({ corrupt: true, only: "model.safetensors", times: 1 });
    const { folder } = await pull();
    expect(readFileSync(path.join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(hub.blobsAsked().filter((line) => line.includes("model.safetensors"))).toHaveLength(2);
    expect(hub.headers.flatMap(({ range }) => range ?? [])).toEqual([]);
  });

  test("twice other bytes than promised are refused and not kept", async () => {
    hub.reset({ corrupt: true, only: "model.safetensors" });
    const error = await refusal(pull());
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-037", 7]);
    expect(hub.blobsAsked().filter((line) => line.includes("model.safetensors"))).toHaveLength(2);
    expect(incomplete()).toEqual([]);
    expect(existsSync(path.join(storage(), "refs", "main"))).toBe(false);
    hub.reset();
    await pull();
  });

  test("a blob of the wrong size is fetched again", async () => {
    await pull();
    const { oid } = etagOf("model.safetensors", weights);
    truncateSync(path.join(storage(), "blobs", oid), 100);
    hub.reset();
    const { folder } = await pull();
    expect(hub.blobsAsked()).toEqual([`GET /org/tiny/resolve/${main}/model.safetensors`]);
    expect((await openModelFolder(folder)).tensors.size).toBe(1);
  });

  test("a busy hub is asked again", async () => {
    hub.reset({ status: 503, times: 2 });
    expect((await pull()).source).toBe("hub");
  });

  test("a hub that says when to ask again is not asked before", async () => {
    hub.reset({ status: 429, retryAfter: "1", times: 1 });
    const started = performance.now();
    expect((await pull()).source).toBe("hub");
    // Timers may be a little early; without the header the wait would be 1 ms.
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("so is one that says it of a quota", async () => {
    hub.reset({ status: 429, rateLimit: '"api";r=0;t=1', times: 1 });
    const started = performance.now();
    expect((await pull()).source).toBe("hub");
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("a small file of a wrong byte is refused by git's hash", async () => {
    hub.reset({ corrupt: true, only: "config.json" });
    expect(await refusal(pull())).toMatchObject({ code: "FT-WEIGHTS-037", exitCode: 7 });
    expect(existsSync(path.join(storage(), "snapshots", main, "config.json"))).toBe(false);
  });

  test("what was replaced since the listing is not stored under the old hash", async () => {
    const other = safetensorsBytes({ "b.weight": ["F32", [50_000]] });
    hub.reset({ changedTo: other, only: "/resolve/", times: 9 });
    expect(await refusal(pull())).toMatchObject({ code: "FT-WEIGHTS-037", exitCode: 7 });
    const { oid } = etagOf("model.safetensors", weights);
    expect(existsSync(path.join(storage(), "blobs", oid))).toBe(false);
    expect(incomplete()).toEqual([]);
  });

  test("what an ended process left damaged is fetched afresh", async () => {
    const { oid } = etagOf("model.safetensors", weights);
    const blobs = path.join(storage(), "blobs");
    mkdirSync(blobs, { recursive: true });
    writeFileSync(path.join(blobs, `${oid}.ft-0-abcd.incomplete`), Buffer.alloc(1234, 7));
    const { folder } = await pull();
    expect(readFileSync(path.join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(incomplete()).toEqual([]);
  });

  test("bytes that stay away for longer than HF_HUB_DOWNLOAD_TIMEOUT are asked for again", async () => {
    vi.stubEnv("HF_HUB_DOWNLOAD_TIMEOUT", "0.3");
    hub.reset({ stall: true, only: "model.safetensors", times: 1 });
    expect((await pull()).source).toBe("hub");
    expect(hub.blobsAsked().filter((line) => line.includes("model.safetensors"))).toHaveLength(2);
  });

  test("a wait that nobody has time for is told instead", async () => {
    hub.reset({ status: 429, retryAfter: "3600" });
    const error = await refusal(pull());
    expect(error).toMatchObject({ code: "FT-WEIGHTS-036", exitCode: 6 });
    expect(error.hint).toBe("try again in 1h 00m: ft models pull org/tiny");
    expect(hub.asked).toHaveLength(1);
  });

  test("a hub that says nothing: a word while waiting, asked twice, then told", async () => {
    const said: string[] = [];
    const before = logger();
    setLogger({ ...before, info: (message) => void said.push(message) });
    vi.stubEnv("HF_HUB_ETAG_TIMEOUT", "0.2");
    hub.reset({ silent: true });
    try {
      const error = await refusal(pull());
      expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-035", 6]);
      expect(error.message).toContain("no answer within 0.2 s");
    } finally {
      setLogger(before);
    }
    expect(hub.asked).toHaveLength(2);
    expect(said[0]).toMatch(/^Waiting for 127\.0\.0\.1:\d+ to answer, 0\.2 s at most$/);
    expect(said[1]).toBe("The hub: no answer within 0.2 s. Asking again");
  });

  test("an aborted download keeps its bytes for the next", async () => {
    const stop = new AbortController();
    const onProgress = ({ file, fileBytes }: DownloadProgress): void => {
      if (file === "model.safetensors" && fileBytes > 0) stop.abort();
    };
    hub.reset({ breakAfter: 70_000, times: 1, only: "model.safetensors" });
    await expect(pull({ signal: stop.signal, onProgress, retryDelayMs: 150 })).rejects.toThrow(
      /abort/i,
    );
    expect(incomplete()).toHaveLength(1);
    hub.reset();
    await pull();
    expect(hub.headers.some(({ range }) => range !== undefined)).toBe(true);
  });
});

describe("without a connection", () => {
  const unreachable: typeof fetch = () =>
    Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }));

  test("the cache serves, asked offline or not", async () => {
    await pull();
    hub.reset();
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await pull()).toMatchObject({ source: "cache", commit: main });
    expect(hub.asked).toEqual([]);
  });

  test("a hub that cannot be reached leaves the cache", async () => {
    await pull();
    expect((await pull({ fetch: unreachable })).source).toBe("cache");
  });

  test("nothing in the cache, exit 6", async () => {
    const offline = await refusal(pull({ offline: true }));
    expect([offline.code, offline.exitCode]).toEqual(["FT-WEIGHTS-030", 6]);
    expect(offline.hint).toContain("ft models pull org/tiny");
    const network = await refusal(pull({ fetch: unreachable }));
    expect([network.code, network.exitCode]).toEqual(["FT-WEIGHTS-035", 6]);
    expect(network.message).toContain("ECONNREFUSED");
    expect(existsSync(storage())).toBe(false);
  });

  test("half a snapshot does not count", async () => {
    const { folder } = await pull();
    rmSync(path.join(folder, "model.safetensors"));
    expect((await refusal(pull({ offline: true }))).code).toBe("FT-WEIGHTS-030");
  });

  test("a near name in the cache is told", async () => {
    await pull();
    expect((await refusal(pull({ offline: true }, "org/tinny"))).message).toContain("org/tiny is");
  });
});

describe("another host, to which the hub sends on", () => {
  const store = new FakeHub();
  let address: string;
  beforeAll(async () => {
    address = (await store.start()).replace("127.0.0.1", "localhost");
  });
  afterAll(() => store.stop());
  beforeEach(() => {
    store.repositories[id] = hub.repositories[id] ?? { refs: {}, files: {} };
    hub.reset({ redirectTo: address, only: "model.safetensors" });
  });

  test("says when to ask again, and is not asked before", async () => {
    store.reset({ status: 503, retryAfter: "1", times: 1 });
    const started = performance.now();
    expect((await pull()).source).toBe("hub");
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  test("no longer takes an address that it gave: the hub is asked for another", async () => {
    store.reset({ status: 403, times: 1 });
    expect((await pull()).source).toBe("hub");
    expect(hub.blobsAsked().filter((line) => line.includes("model.safetensors"))).toHaveLength(2);
  });

  test("refuses for good: told as what it is, not as a gate", async () => {
    store.reset({ status: 403 });
    const error = await refusal(pull());
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-036", 6]);
    expect(error.message).toContain("to which the hub sends on, answered 403");
  });

  test("breaks off: what came is kept", async () => {
    store.reset({ breakAfter: 70_000, times: 1 });
    await pull();
    expect(store.headers.flatMap(({ range }) => range ?? [])).toHaveLength(1);
  });
});

test("a renamed model is fetched, and its new page is told", async () => {
  const said: string[] = [];
  const before = logger();
  setLogger({ ...before, info: (message) => void said.push(message) });
  hub.renamed["old/tiny"] = id;
  try {
    expect((await pull({}, "old/tiny")).folder).toContain("models--old--tiny");
  } finally {
    setLogger(before);
    delete hub.renamed["old/tiny"];
  }
  expect(said).toEqual([`old/tiny is called org/tiny now: ${endpoint}/org/tiny`]);
});

describe("refusals of the hub", () => {
  test.each([
    ["gated", { status: 403, code: "GatedRepo" }, "FT-WEIGHTS-033", "accept the conditions at"],
    ["gated, no token", { status: 401, code: "GatedRepo" }, "FT-WEIGHTS-033", "HF_TOKEN"],
    ["unknown", { status: 401, code: "RepoNotFound" }, "FT-WEIGHTS-031", "check the name"],
    ["unknown, plain 401", { status: 401 }, "FT-WEIGHTS-031", "check the name"],
    ["not found", { status: 404 }, "FT-WEIGHTS-031", "check the name"],
    ["busy", { status: 429 }, "FT-WEIGHTS-036", "again"],
  ])(
    "%s",
    async (_, trouble, code, mend) => {
      hub.reset(trouble);
      const error = await refusal(pull());
      expect([error.code, error.exitCode]).toEqual([code, 6]);
      expect(error.message).toContain(id);
      expect(error.hint).toContain(mend);
      expect(existsSync(storage())).toBe(false);
    },
    15_000,
  );

  test("a token that is not accepted", async () => {
    hub.reset({ status: 401 });
    const error = await refusal(pull({ token: "hf_secret" }));
    expect(error.code).toBe("FT-WEIGHTS-032");
    expect(`${error.message}${error.hint}${error.stack}`).not.toContain("hf_secret");
  });

  test("a revision that is not there", async () => {
    const error = await refusal(pull({ revision: "nope" }));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-034", 6]);
    expect(error.message).toContain('"nope"');
  });

  test("only what torch.save wrote: it is fetched", async () => {
    hub.repositories[id] = { refs: { main }, files: { ...small, "pytorch_model.bin": weights } };
    expect(readdirSync((await pull()).folder)).toContain("pytorch_model.bin");
  });

  test("only weights of other forms: nothing is fetched", async () => {
    hub.repositories[id] = { refs: { main }, files: { ...small, "flax_model.msgpack": weights } };
    const error = await refusal(pull());
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-039", 3]);
    expect(error.message).toContain("flax_model.msgpack");
    expect(hub.blobsAsked()).toEqual([]);
    expect(existsSync(storage())).toBe(false);
  });

  test("an index that names a shard that is not there: nothing else is fetched", async () => {
    const index = text(JSON.stringify({ weight_map: { "a.weight": shard1, "b.weight": shard2 } }));
    const files = { ...small, [shard1]: weights, "model.safetensors.index.json": index };
    hub.repositories[id] = { refs: { main }, files };
    const error = await refusal(pull());
    expect([error.code, error.exitCode, error.problems]).toEqual(["FT-WEIGHTS-014", 3, [shard2]]);
    expect(hub.blobsAsked()).toHaveLength(1);
  });

  test("shards without end", async () => {
    const answers: Record<string, unknown> = {
      revision: { sha: main, id },
      tree: Array.from({ length: 20_000 }, (_, at) => ({
        ...{ type: "file", size: 1, oid: main },
        path: `model-${String(at + 1).padStart(5, "0")}-of-20000.safetensors`,
      })),
    };
    const answer = (url: URL): Promise<Response> =>
      Promise.resolve(new Response(JSON.stringify(answers[url.pathname.split("/")[5] ?? ""])));
    const error = await refusal(pull({ fetch: answer as typeof fetch }));
    expect([error.code, error.message]).toEqual([
      "FT-WEIGHTS-014",
      `${id} has 20000 weight files, more than any model`,
    ]);
  });

  test("an answer that is not a hub's", async () => {
    const page = (): Promise<Response> => Promise.resolve(new Response("<html>"));
    const error = await refusal(pull({ fetch: page }));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-036", 6]);
  });
});

test("a cache that cannot be written is named", async () => {
  const file = path.join(cacheDir, "file");
  writeFileSync(file, "");
  const error = await refusal(pull({ cacheDir: path.join(file, "hub") }));
  expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-038", 1]);
  expect(error.message).toContain(file);
  expect(error.hint).toContain("HF_HUB_CACHE");
});

describe("tokens", () => {
  test("go to the hub, and not to the address it sends on to", async () => {
    const store = new FakeHub();
    store.repositories[id] = hub.repositories[id] ?? { refs: {}, files: {} };
    const storeAddress = (await store.start()).replace("127.0.0.1", "localhost");
    hub.reset({ redirectTo: storeAddress, only: "/resolve/" });
    await pull({ token: "hf_mine" });
    await store.stop();
    expect(store.blobsAsked()).toHaveLength(4);
    expect(store.headers.map(({ authorization }) => authorization)).toEqual(
      Array(4).fill(undefined),
    );
    for (const { authorization } of hub.headers) expect(authorization).toBe("Bearer hf_mine");
  });

  test("go to no address that only begins like the hub's", async () => {
    const sent: (string | null)[] = [];
    const record: typeof fetch = (_, init) => {
      sent.push(new Headers(init?.headers).get("authorization"));
      return Promise.resolve(new Response("{}"));
    };
    const { request } = connect({ endpoint, token: "hf_mine", fetch: record });
    await request(`${endpoint}/a`);
    await request(`${endpoint.replace("127.0.0.1", "127.0.0.1.example.invalid")}/a`);
    await request("http://example.invalid/a");
    expect(sent).toEqual(["Bearer hf_mine", null, null]);
  });

  test("need not begin with hf_", async () => {
    vi.stubEnv("HF_TOKEN", " my-company-token\n");
    await pull();
    expect(hub.headers[0]?.authorization).toBe("Bearer my-company-token");
  });
});

describe("on this disk", () => {
  test("a folder wins over the hub", async () => {
    const folder = writeFolder(path.join(cacheDir, "org", "tiny"), { "config.json": {} });
    expect(await resolveModel(folder)).toEqual({ folder, source: "local" });
    expect(hub.asked).toEqual([]);
  });

  test.each(["./nowhere/at/all", "/nowhere", "../x", "a/b/c", "~/nothing-here", "x/"])(
    "%s is a path, and not asked of the hub",
    async (name) => {
      const error = await refusal(pull({}, name));
      expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-010", 3]);
      expect(hub.asked).toEqual([]);
    },
  );

  test.each(["org/na me", "org--x/y", "a..b", "", "org/-x", "$(x)/y"])(
    "%j is neither a folder nor an id",
    async (name) => {
      const error = await refusal(pull({}, name));
      expect(["FT-WEIGHTS-041", "FT-WEIGHTS-010"]).toContain(error.code);
      expect(hub.asked).toEqual([]);
    },
  );

  test.each(["../../x", "/abs", "a//b", "", "a b"])("revision %j is refused", async (revision) => {
    expect((await refusal(pull({ revision }))).code).toBe("FT-WEIGHTS-041");
    expect(hub.asked).toEqual([]);
  });

  test("an unknown built-in model", async () => {
    const error = await refusal(pull({}, "builtin/nothing-of-that-name"));
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-040", 3]);
  });
});

test.each([
  [null, undefined],
  ["12", 12],
  ["Thu, 01 Jan 1970 00:01:40 GMT", 90],
  ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ["soon", undefined],
])("Retry-After: %s", (header, seconds) => {
  expect(retryAfterSeconds(header, 10_000)).toBe(seconds);
});
