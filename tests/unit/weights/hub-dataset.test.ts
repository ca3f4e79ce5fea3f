// A dataset of a fake hub: its splits by its card or by the names of its files, from the hub, the cache, and refused.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { dataFilesOf } from "../../../src/weights/hub-data-files.ts";
import { type DatasetQuestion, resolveDataset } from "../../../src/weights/hub-dataset.ts";
import { uploadFiles } from "../../../src/weights/hub-upload.ts";
import { FakeHub } from "../../support/fake-hub.ts";
import { makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";

const card = `---
license: mit
configs:
- config_name: other
  data_files: more/*.jsonl
- config_name: default
  data_files:
  - split: train_sft
    path: data/train_sft-*
  - split: test_sft
    path: data/test_sft-*
---
# A set
`;
const shard = (split: string, at: number, of: number): string =>
  `data/${split}-${String(at).padStart(5, "0")}-of-${String(of).padStart(5, "0")}.jsonl`;

const hub = new FakeHub();
const id = "org/chats";
let endpoint = "";
let cacheDir = "";

beforeAll(async () => {
  endpoint = await hub.start();
  vi.stubEnv("HF_ENDPOINT", endpoint);
  hub.repositories[`datasets/${id}`] = {
    refs: { main: "b".repeat(40) },
    tags: ["license:mit"],
    files: {
      "README.md": Buffer.from(card),
      [shard("train_sft", 0, 2)]: Buffer.from('{"text":"one"}\n'),
      [shard("train_sft", 1, 2)]: Buffer.from('{"text":"two"}\n'),
      [shard("test_sft", 0, 1)]: Buffer.from('{"text":"three"}\n'),
      "more/a.jsonl": Buffer.from('{"text":"four"}\n'),
    },
  };
  // a model of the same name is another repository
  hub.repositories[id] = { refs: { main: "c".repeat(40) }, files: {} };
});
afterAll(() => hub.stop());
beforeEach(() => {
  hub.reset();
  cacheDir = makeFolder();
});

function ask(over: Partial<DatasetQuestion> = {}): Promise<unknown> {
  return resolveDataset({ id, cacheDir, retryDelayMs: 5, ...over });
}

const texts = (found: unknown): string[] =>
  (found as { files: string[] }).files.map((file) => readFileSync(file, "utf8").trim());

test("a split by its card, then from the cache, also offline", async () => {
  const found = await ask({ split: "train_sft" });
  expect(found).toMatchObject({ id, commit: "b".repeat(40), split: "train_sft", license: "mit" });
  expect(texts(found)).toEqual(['{"text":"one"}', '{"text":"two"}']);
  expect(hub.blobsAsked()).toHaveLength(3);
  hub.reset();
  await ask({ split: "train_sft" });
  expect(hub.blobsAsked()).toEqual([]);
  hub.reset();
  expect(texts(await ask({ split: "train_sft", offline: true }))).toHaveLength(2);
  const refusal = await rejection(ask({ split: "test_sft", offline: true }), FtError);
  expect(refusal).toMatchObject({ code: "FT-WEIGHTS-030", exitCode: 6 });
  expect(hub.asked).toEqual([]);
});

test("half of a split is not it, offline", async () => {
  expect(texts(await ask({ split: "train_sft", mostFiles: 1 }))).toEqual(['{"text":"one"}']);
  expect(await rejection(ask({ split: "train_sft", offline: true }), FtError)).toMatchObject({
    code: "FT-WEIGHTS-030",
  });
});

test("another configuration, and what is not there", async () => {
  expect(texts(await ask({ config: "other" }))).toEqual(['{"text":"four"}']);
  expect(await rejection(ask({ split: "train" }), FtError)).toMatchObject({
    code: "FT-WEIGHTS-043",
    message: `${id} has no split 'train'; it has train_sft, test_sft`,
    hint: "--split train_sft",
  });
  expect(await rejection(ask({ config: "nothing" }), FtError)).toMatchObject({
    code: "FT-WEIGHTS-043",
  });
  expect(await rejection(ask({ id: "org/none" }), FtError)).toMatchObject({
    code: "FT-WEIGHTS-031",
    exitCode: 6,
  });
  for (const name of ["", "a/b/c", "../up", "org/a--b"])
    expect(await rejection(ask({ id: name }), FtError)).toMatchObject({ code: "FT-WEIGHTS-041" });
});

test.each<[string, string[], string, [string, string[]][]]>([
  [
    "shards",
    ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "x.bin"],
    "",
    [["train", ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]]],
  ],
  [
    "words",
    ["train.jsonl", "dev.jsonl", "data_test.csv", ".hidden.json"],
    "---\n: : broken\n---",
    [
      ["train", ["train.jsonl"]],
      ["validation", ["dev.jsonl"]],
      ["test", ["data_test.csv"]],
    ],
  ],
  ["folders", ["train/a.json", "train/b.json"], "", [["train", ["train/a.json", "train/b.json"]]]],
  ["any file", ["rows.jsonl"], "# no head", [["train", ["rows.jsonl"]]]],
  ["no file", ["model.safetensors"], "", []],
  [
    "one file for all",
    ["a/x.jsonl", "a/b/y.jsonl"],
    "---\nconfigs:\n- config_name: default\n  data_files: a/**\n---",
    [["train", ["a/b/y.jsonl", "a/x.jsonl"]]],
  ],
])("files by %s", (_, names, head, expected) => {
  const found = dataFilesOf(names, head).get("default") ?? [];
  expect(found.map(({ split, files }) => [split, files])).toEqual(expected);
});

test("patterns without end are matched in time", () => {
  const head = `---\nconfigs:\n- data_files: "${"*a".repeat(200)}"\n---`;
  const begun = performance.now();
  dataFilesOf([`${"a".repeat(900)}.jsonl`], head);
  // linear steps for each star: far below a second; what tries every way takes for ever
  expect(performance.now() - begun).toBeLessThan(5000);
});

test("a folder uploaded as a dataset is read again", async () => {
  hub.accounts["hf_me"] = { name: "me" };
  const settings = { endpoint, cacheDir, offline: false, token: "hf_me" };
  const files = [
    { path: "README.md", content: Buffer.from("# rows") },
    { path: "data/train.jsonl", content: Buffer.from('{"text":"mine"}\n') },
  ];
  const upload = {
    ...{ id: "datasets/me/rows", branch: "main", endpoint, files, isPrivate: true },
    ...{ settings: { ...settings, answerSeconds: 5, silenceSeconds: 2 }, message: "Rows" },
  };
  expect(await uploadFiles({ ...upload, retryDelayMs: 5 })).toMatchObject({
    created: true,
    sent: ["README.md", "data/train.jsonl"],
  });
  expect(hub.repositories["datasets/me/rows"]?.private).toBe(true);
  expect(texts(await ask({ id: "me/rows" }))).toEqual(['{"text":"mine"}']);
});
