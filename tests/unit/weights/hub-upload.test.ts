// Files into a repository of a fake hub: in one commit, whatever the hub does meanwhile.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ProviderError } from "../../../src/core/errors.ts";
import type { UploadProgress } from "../../../src/weights/hub-upload-progress.ts";
import { type HubUpload, uploadFiles } from "../../../src/weights/hub-upload.ts";
import { FakeHub, filesOf, type Trouble } from "../../support/fake-hub.ts";
import { makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";

const token = "hf_known";
const weights = randomBytes(300_000);
const folder = makeFolder({ "model.safetensors": weights, "config.json": "{}" });
let hub: FakeHub;
let endpoint: string;
let id: string;
let made = 0;

beforeAll(async () => {
  hub = new FakeHub();
  endpoint = await hub.start();
  hub.accounts[token] = { name: "me", organizations: ["ours"] };
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.reset();
  hub.uploads.stored.clear();
  for (const list of [hub.uploads.sent, hub.uploads.commits]) list.length = 0;
  hub.uploads.partBytes = Number.POSITIVE_INFINITY;
  id = `me/model-${made++}`;
});

function uploadOf(over: Partial<HubUpload> & { token?: string } = {}): HubUpload {
  const settings = {
    ...{ endpoint, cacheDir: folder, offline: false, token: over.token ?? token },
    ...{ answerSeconds: 5, silenceSeconds: 2 },
  };
  const files = ["model.safetensors", "config.json"].map((path) => ({
    path,
    content: join(folder, path),
  }));
  const card = { path: "README.md", content: Buffer.from("# a card") };
  return {
    ...{ id, branch: "main", endpoint, settings, files: [...files, card] },
    ...{ isPrivate: true, message: "Upload", retryDelayMs: 5, ...over },
  };
}

const addressOf = (input: Parameters<typeof fetch>[0]): string =>
  input instanceof Request ? input.url : input.toString();

const paths = ["README.md", "config.json", "model.safetensors"];

function contentAt(revision: string, path: string): Buffer | undefined {
  const repository = hub.repositories[id];
  return repository && filesOf(repository, revision)[path];
}

function expectWhole(branch = "main"): void {
  expect(contentAt(branch, "model.safetensors")).toEqual(weights);
  expect(contentAt(branch, "README.md")?.toString()).toBe("# a card");
}

test("a repository is made, private, and has all files after one commit", async () => {
  const done = await uploadFiles(uploadOf());
  expect(done).toMatchObject({ created: true, isNew: true });
  expect(done.sent.toSorted()).toEqual(paths);
  expect(hub.repositories[id]?.private).toBe(true);
  expect(hub.uploads.commits).toMatchObject([{ id: done.commit, summary: "Upload" }]);
  expectWhole();
});

test("the same again makes no commit and sends nothing", async () => {
  const first = await uploadFiles(uploadOf());
  hub.reset();
  const again = await uploadFiles(uploadOf());
  expect(again).toEqual({ commit: first.commit, isNew: false, sent: [], created: false });
  expect(hub.asked.filter((line) => !line.startsWith("GET"))).toEqual([]);
  expect(hub.uploads.commits).toHaveLength(1);
});

test("only what has changed goes into the next commit", async () => {
  await uploadFiles(uploadOf());
  const files = [
    ...uploadOf().files.slice(0, 2),
    { path: "README.md", content: Buffer.from("# a cart") },
  ];
  expect((await uploadFiles(uploadOf({ files }))).sent).toEqual(["README.md"]);
  expect(hub.uploads.commits.at(-1)?.paths).toEqual(["README.md"]);
});

test("another branch is made of what is on the main one", async () => {
  await uploadFiles(uploadOf());
  const other = [{ path: "other.txt", content: Buffer.from("x") }];
  await uploadFiles(uploadOf({ branch: "a/b", files: other }));
  expect(contentAt("a/b", "other.txt")?.toString()).toBe("x");
  expect(contentAt("main", "other.txt")).toBeUndefined();
  expectWhole("a/b");
});

test("a large file goes in parts, and is put together again", async () => {
  hub.uploads.partBytes = 100_000;
  const told: UploadProgress[] = [];
  await uploadFiles(uploadOf({ onProgress: (progress) => told.push(progress) }));
  expect(hub.uploads.sent).toHaveLength(3);
  expect(told.at(-1)?.bytes).toBeLessThanOrEqual(told.at(-1)?.total ?? 0);
  expect(Math.max(...told.map(({ bytes }) => bytes))).toBeGreaterThanOrEqual(300_000);
  expectWhole();
});

const lfs = "PUT /storage/";
test.each<[string, Trouble]>([
  ["429 with Retry-After", { status: 429, retryAfter: "0", only: "/preupload/", times: 2 }],
  ["500 on making the repository", { status: 500, only: "/repos/create", times: 1 }],
  ["500 on commit", { status: 500, only: "/commit/", times: 2 }],
  ["500 on commit that was made", { status: 500, only: "/commit/", times: 1, afterwards: true }],
  ["a reset on commit that was made", { only: "/commit/", times: 1, afterwards: true }],
  ["503 from the storage", { status: 503, only: "/storage/", times: 2 }],
  ["a reset during a large file", { resetAfter: 70_000, only: "/storage/", times: 2 }],
  ["a lost answer to a large file", { only: "/storage/", times: 1, afterwards: true }],
  ["an answer lost to making the repository", { only: "/create", times: 1, afterwards: true }],
])("%s: it ends with all files and one commit", async (_, trouble) => {
  hub.reset(trouble);
  const done = await uploadFiles(uploadOf());
  expect(done.isNew).toBe(true);
  expect(hub.uploads.commits).toHaveLength(1);
  expect(done.commit).toBe(hub.uploads.commits[0]?.id);
  expectWhole();
});

test("in parts, only the part that was lost goes again", async () => {
  hub.uploads.partBytes = 100_000;
  hub.reset({ resetAfter: 50_000, only: "/storage/", times: 1 });
  await uploadFiles(uploadOf());
  const puts = hub.asked.filter((line) => line.startsWith(lfs));
  expect(puts).toHaveLength(4);
  expectWhole();
});

test("what was broken off goes on: large files that are there are not sent again", async () => {
  const ended = new AbortController();
  const watching = uploadOf({
    signal: ended.signal,
    onProgress: ({ file, bytes }) => {
      if (file === "model.safetensors" && bytes >= 300_000) ended.abort();
    },
  });
  hub.reset({ silent: true, only: "/commit/" });
  await expect(uploadFiles(watching)).rejects.toThrow();
  hub.reset();
  await uploadFiles(uploadOf());
  expect(hub.asked.filter((line) => line.startsWith(lfs))).toEqual([]);
  expect(hub.uploads.commits).toHaveLength(1);
  expectWhole();
});

test("a storage that takes nothing more is given up, and tried again", async () => {
  hub.reset({ silent: true, only: "/storage/", times: 1 });
  await uploadFiles(uploadOf());
  expectWhole();
}, 20_000);

test("somebody else's commit meanwhile is not lost, and ours comes after it", async () => {
  await uploadFiles(uploadOf());
  const meanwhile: typeof fetch = async (input, init) => {
    if (addressOf(input).includes("/commit/") && hub.uploads.commits.length === 1) {
      const theirs = [{ path: "theirs.txt", content: Buffer.from("t") }];
      await uploadFiles(uploadOf({ files: theirs }));
    }
    return await fetch(input, init);
  };
  const ours = [{ path: "ours.txt", content: Buffer.from("o") }];
  await uploadFiles(uploadOf({ files: ours, fetch: meanwhile }));
  expect(hub.uploads.commits).toHaveLength(3);
  for (const path of ["theirs.txt", "ours.txt"]) expect(contentAt("main", path)).toBeDefined();
});

test.each<[string, Partial<HubUpload> & { token?: string }, Trouble, string]>([
  ["a token that nobody knows", { token: "hf_other" }, {}, "FT-UPLOAD-003"],
  ["an account of others", { id: "others/model" }, {}, "FT-UPLOAD-004"],
  ["no rights", {}, { status: 403, only: "/create" }, "FT-UPLOAD-004"],
  ["no room", {}, { status: 413, only: "/batch" }, "FT-UPLOAD-006"],
  ["a hub that is down", {}, { status: 503 }, "FT-UPLOAD-007"],
  ["a repository overtaken for ever", {}, { status: 412, only: "/commit/" }, "FT-UPLOAD-005"],
])("%s is told with a way on", async (_, over, trouble, code) => {
  hub.reset(trouble);
  const error = await rejection(uploadFiles(uploadOf(over)), ProviderError);
  expect([error.code, error.exitCode]).toEqual([code, 6]);
  expect(error.hint).toBeTruthy();
  expect(error.message).not.toContain(token);
  expect(hub.uploads.commits).toEqual([]);
});

test("an object for which the account has no room is told so", async () => {
  hub.accounts["hf_small"] = { name: "me", room: 1000 };
  const error = await rejection(uploadFiles(uploadOf({ token: "hf_small" })), ProviderError);
  expect(error.code).toBe("FT-UPLOAD-006");
});

test("without a token nothing is asked", async () => {
  const upload = uploadOf();
  const settings = { ...upload.settings, token: undefined };
  const error = await rejection(uploadFiles({ ...upload, settings }), ProviderError);
  expect([error.code, hub.asked]).toEqual(["FT-UPLOAD-002", []]);
});

test("the token goes to the hub alone", async () => {
  const storage = new FakeHub();
  hub.uploads.storage = await storage.start();
  try {
    // the objects are stored there, so that the commit finds none here
    await rejection(uploadFiles(uploadOf()), ProviderError);
    expect(storage.uploads.sent).toHaveLength(1);
    for (const { authorization } of storage.headers) expect(authorization).toBeUndefined();
  } finally {
    hub.uploads.storage = undefined;
    await storage.stop();
  }
});

test("a file that changes while it is sent does not become half of each", async () => {
  const at = makeFolder({ "model.safetensors": weights });
  const file = join(at, "model.safetensors");
  const files = [{ path: "model.safetensors", content: file }];
  const changing: typeof fetch = (input, init) => {
    if (addressOf(input).includes("/storage/")) writeFileSync(file, randomBytes(300_000));
    return fetch(input, init);
  };
  await expect(uploadFiles(uploadOf({ files, fetch: changing }))).rejects.toThrow();
  expect(hub.uploads.commits).toEqual([]);
});
