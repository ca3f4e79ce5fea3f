// Datasets taken in, combined, converted, exported and kept as versions.
import { appendFileSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import {
  bringBack,
  convertDataset,
  convertRow,
  domainOfFile,
  exportCsv,
  importFolder,
  keepVersion,
  mergeDatasets,
  sampleDataset,
  startPlatform,
  uploadDataset,
} from "../../../../src/app/platform/index.ts";
import { FtError } from "../../../../src/core/errors.ts";
import { findVersion, type Store } from "../../../../src/store/index.ts";
import {
  createFilledDataset,
  fileInStep,
  listDatasets,
  listExamples,
  readDataset,
  syncPlatformFiles,
  updateExample,
} from "../../../../src/store/platform/index.ts";
import type { JsonObject } from "../../../../src/text/types.ts";
import { makeFolder } from "../../../support/folders.ts";
import { fileStore, memoryStore } from "../../../support/open-stores.ts";
import { rejection } from "../../../support/refusal.ts";

const row = (n: number | string) => ({ instruction: `question ${n}`, output: `answer ${n}` });
const said = (role: string, content: string) => ({ role, content });
const text = (rows: readonly unknown[]) => rows.map((one) => `${JSON.stringify(one)}\n`).join("");

async function made(store: Store, rows: readonly JsonObject[], more = {}) {
  const format = rows[0]?.["messages"] === undefined ? "instruction" : "chat";
  const folder = makeFolder();
  return await createFilledDataset(store, {
    wanted: { name: "a set", domain: "legal", format, folder, ...more },
    examples: rows.map((content, n) => ({ content, qualityScore: n % 10, metadata: { n } })),
  });
}

async function contents(store: Store, id: number): Promise<JsonObject[]> {
  const { examples } = await listExamples(store, id, { limit: 10_000 });
  return examples.map(({ content }) => content);
}

async function* parts(of: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(of);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("files put into the folder are datasets after the next start, once, where they lie", async () => {
  const chat = { messages: [said("user", "hi"), said("assistant", "hello")], metadata: { a: 1 } };
  const folder = makeFolder({
    "legal_20261127_083001.jsonl": text([row(1), row(2)]),
    "legal_20261127_083001_improved.jsonl": text([row(3)]),
    "mine.jsonl": `${JSON.stringify(chat)}\r\n\n`,
    "notes.txt": "no rows",
    "bad.jsonl": `${text([row(1)])}{"instruction":"x"}\n${text([chat])}{"output":\n`,
    "empty.jsonl": "",
  });
  symlinkSync("/etc/hostname", join(folder, "link.jsonl"));
  const path = join(makeFolder(), "ft.db");
  const first = await fileStore(path);
  const environment = { DATA_DIR: folder };
  const { found } = await startPlatform(first, environment);
  expect(found.map((file) => `${basename(file.path)} ${file.state}`)).toEqual([
    "bad.jsonl refused",
    "empty.jsonl refused",
    "legal_20261127_083001.jsonl imported",
    "legal_20261127_083001_improved.jsonl imported",
    "mine.jsonl imported",
  ]);
  expect(found[0]).toMatchObject({
    badLines: 3,
    bad: [{ line: 2, field: "output" }, { line: 3 }, { line: 4 }],
  });
  const { datasets } = await listDatasets(first);
  expect(
    datasets.map(({ domain, format, exampleCount }) => [domain, format, exampleCount]),
  ).toEqual([
    ["custom", "chat", 1],
    ["legal", "instruction", 1],
    ["legal", "instruction", 2],
  ]);
  expect(readFileSync(join(folder, "mine.jsonl"), "utf8")).toBe(text([chat]));
  const again = await startPlatform(await fileStore(path), environment);
  expect(again.found.map(({ state }) => state)).toEqual(["refused", "refused"]);
  expect(again.files).toEqual([]);
  expect(domainOfFile("customer_support_20261127_083001.jsonl")).toBe("customer_support");
});

test("a merged set has the rows of all, with their scores; formats must agree", async () => {
  const store = await memoryStore();
  const folder = makeFolder();
  const sets = [await made(store, [row(1), row(2)]), await made(store, [row(3)])];
  const datasetIds = sets.map(({ id }) => id);
  const merged = await mergeDatasets(store, { datasetIds, name: "Merged Dataset", folder });
  expect(merged).toMatchObject({ name: "Merged Dataset", exampleCount: 3, domain: "legal" });
  expect(readFileSync(merged.filePath, "utf8")).toBe(text([row(1), row(2), row(3)]));
  expect((await listExamples(store, merged.id)).examples[1]).toMatchObject({
    qualityScore: 1,
    metadata: { n: 1 },
  });
  const chat = await made(store, [{ messages: [said("user", "a"), said("assistant", "b")] }]);
  const mixed = mergeDatasets(store, { datasetIds: [chat.id, ...datasetIds], folder });
  expect((await rejection(mixed, FtError)).code).toBe("FT-PLATFORM-009");
  const none = mergeDatasets(store, { datasetIds: [], folder });
  expect((await rejection(none, FtError)).code).toBe("FT-PLATFORM-013");
});

test("a sample has each row at most once, the same for a seed, every row as likely", async () => {
  const store = await memoryStore();
  const folder = makeFolder();
  const { id: datasetId } = await made(
    store,
    Array.from({ length: 20 }, (_, n) => row(n)),
  );
  const hits = new Map<unknown, number>();
  const draw = async (seed: number) => {
    const { id } = await sampleDataset(store, { datasetId, size: 5, seed, folder });
    return (await contents(store, id)).map(({ output }) => output);
  };
  expect(await draw(3)).toEqual(await draw(3));
  for (let seed = 0; seed < 60; seed++) {
    const rows = await draw(seed);
    expect(new Set(rows).size).toBe(5);
    for (const one of rows) hits.set(one, (hits.get(one) ?? 0) + 1);
  }
  // 15 expected of each; chi-square of 19 degrees, of draws without replacement, is far below this
  const square = [...hits.values()].reduce((sum, count) => sum + (count - 15) ** 2 / 15, 0);
  expect(hits.size).toBe(20);
  expect(square).toBeLessThan(43.8);
  for (const size of [21, 0, 1.5]) {
    const refused = await rejection(sampleDataset(store, { datasetId, size, folder }), FtError);
    expect(refused).toMatchObject({ code: "FT-PLATFORM-010", at: { field: "sample_size" } });
  }
});

test("a conversation of several turns becomes a row an answer, and what is dropped is told", () => {
  const messages = [
    said("system", "be brief"),
    said("user", "q1"),
    said("assistant", "a1"),
    said("user", "q2"),
    said("assistant", "a2"),
    said("user", "q3"),
  ];
  const done = convertRow({ messages, metadata: { a: 1 } }, "instruction");
  expect(done.rows).toEqual([
    { instruction: "q1", output: "a1", system: "be brief", metadata: { a: 1 } },
    { instruction: "q2", output: "a2", system: "be brief", metadata: { a: 1 } },
  ]);
  expect(done.losses).toEqual([
    { field: "messages[5]", why: expect.stringContaining("dropped: a message of user") as string },
    { field: "messages[4]", why: expect.stringContaining("a row of its own") as string },
  ]);
  const kept = convertRow({ messages: messages.slice(1, 5) }, "instruction", { turns: "history" });
  expect(kept).toEqual({
    rows: [{ instruction: "q2", output: "a2", history: [["q1", "a1"]] }],
    losses: [],
  });
  expect(convertRow({ messages: [said("user", "q")] }, "instruction")).toMatchObject({ rows: [] });
  expect(convertRow({ instruction: "q", input: "i", output: "a" }, "chat")).toEqual({
    rows: [{ messages: [said("user", "q\ni"), said("assistant", "a")] }],
    losses: [{ field: "input", why: expect.any(String) as string }],
  });
});

test("a set is converted both ways, with an account of what is lost", async () => {
  const store = await memoryStore();
  const folder = makeFolder();
  const { id } = await made(store, [row(1), { ...row(2), input: "more" }]);
  const chat = await convertDataset(store, { datasetId: id, to: "chat", folder });
  expect(chat).toMatchObject({
    rows: 2,
    refused: [],
    losses: [{ field: "input", rows: 1, line: 2 }],
    dataset: { format: "chat", exampleCount: 2, metadata: { converted_from: id, refused: 0 } },
  });
  const back = await convertDataset(store, {
    datasetId: chat.dataset.id,
    to: "instruction",
    folder,
  });
  expect(await contents(store, back.dataset.id)).toEqual([
    row(1),
    { instruction: "question 2\nmore", output: "answer 2" },
  ]);
  const odd = await made(store, [{ messages: [said("user", "alone")] }]);
  const refused = await convertDataset(store, { datasetId: odd.id, to: "instruction", folder });
  expect(refused).toMatchObject({ refused: [{ line: 1 }], dataset: { exampleCount: 0 } });
});

test("an upload is kept whole, or refused with the line, and leaves nothing", async () => {
  const store = await memoryStore();
  const folder = makeFolder();
  const name = "../my rows.jsonl";
  const kept = await uploadDataset(store, parts(text([row("ä"), row(2)])), { name, folder });
  expect(kept).toMatchObject({ name: "my rows", domain: "custom", exampleCount: 2 });
  expect(readFileSync(kept.filePath, "utf8")).toBe(text([row("ä"), row(2)]));
  const cases: [string, object][] = [
    [`${text([row(1)])}\n{"a":\n`, { code: "FT-PLATFORM-003", at: { line: 3 } }],
    [`${text([row(1)])}{"instruction":"x"}\n`, { at: { line: 2, field: "output" } }],
    [text([row(1), { messages: [said("user", "x")] }]), { at: { line: 2 } }],
    ["\n", { code: "FT-PLATFORM-012" }],
    ["[1]\n", { at: { line: 1 } }],
  ];
  for (const [content, told] of cases) {
    const error = await rejection(uploadDataset(store, parts(content), { name, folder }), FtError);
    expect(error, content).toMatchObject(told);
  }
  const large = uploadDataset(store, parts(text([row(1)])), { name, folder, mostBytes: 10 });
  expect((await rejection(large, FtError)).code).toBe("FT-PLATFORM-011");
  expect(readdirSync(folder)).toEqual([basename(kept.filePath)]);
  expect((await listDatasets(store)).total).toBe(1);
});

test("CSV says nothing that a spreadsheet would compute", async () => {
  const store = await memoryStore();
  const { id } = await made(store, [{ instruction: '=HYPERLINK("x")', output: "a, b\nc" }, row(1)]);
  let csv = "";
  for await (const line of exportCsv(store, id)) csv += line;
  expect(csv).toBe(
    "id,example_index,quality_score,instruction,input,output,metadata\r\n" +
      '1,0,0,"\'=HYPERLINK(""x"")",,"a, b\nc",\r\n2,1,1,question 1,,answer 1,\r\n',
  );
});

test("a set is kept as versions and gets the rows of an earlier one back", async () => {
  const store = await memoryStore();
  const { id } = await made(store, [row(1), row(2), row(3)]);
  await fileInStep(store, id);
  expect(await keepVersion(store, id, "first")).toMatchObject({
    name: "a-set",
    version: { number: 1, size: 3, message: "first" },
  });
  const [first] = (await listExamples(store, id)).examples;
  await updateExample(store, first!.id, { content: row("new") });
  expect(await keepVersion(store, id, "second")).toMatchObject({ version: { number: 2 } });
  await bringBack(store, id, "a-set@1");
  expect(await contents(store, id)).toEqual([row(1), row(2), row(3)]);
  expect((await listExamples(store, id)).examples[0]?.id).toBe(first!.id);
  expect((await findVersion(store, "a-set")).version.number).toBe(2);
  const other = await made(store, [row(9)]);
  expect((await keepVersion(store, other.id, "")).name).toBe(`a-set-${other.id}`);
});

test("a file that is put into the folder while a set has it is told as that set's", async () => {
  const store = await memoryStore();
  const folder = makeFolder({ "x.jsonl": text([row(1)]) });
  expect(await importFolder(store, folder)).toMatchObject([{ state: "imported" }]);
  appendFileSync(join(folder, "x.jsonl"), text([row(2)]));
  expect(await importFolder(store, folder)).toEqual([]);
  expect(await syncPlatformFiles(store)).toMatchObject([{ state: "imported" }]);
  expect((await readDataset(store, 1)).exampleCount).toBe(2);
  writeFileSync(join(folder, "y.jsonl"), text([row(3)]));
  expect(await importFolder(store, folder)).toHaveLength(1);
});
