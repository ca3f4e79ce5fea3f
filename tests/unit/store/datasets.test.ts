// Versions of datasets: content by which they are known, sharing, pages, filters, search, drops, names, settings.
import { sql } from "kysely";
import { expect, test } from "vitest";
import { FtError } from "../../../src/core/errors.ts";
import { Random } from "../../../src/core/random.ts";
import { searchTokens } from "../../../src/store/datasets/search-words.ts";
import { flavourOf } from "../../../src/store/flavours/flavour-of.ts";
import {
  appendRows,
  commitRows,
  compactStore,
  configurationHistory,
  countRows,
  createJob,
  dropRows,
  editRows,
  findDataset,
  findVersion,
  forkDataset,
  inTransaction,
  listConfigurations,
  listDatasets,
  listDrops,
  listVersions,
  noEdits,
  readConfiguration,
  readPage,
  readRows,
  recordText,
  removeDataset,
  renameDataset,
  restoreVersion,
  rowsByKey,
  saveConfiguration,
  type Store,
  undoDrops,
} from "../../../src/store/index.ts";
import { memoryStore } from "../../support/open-stores.ts";
import { rejection } from "../../support/refusal.ts";

const facts = { action: "import" };

const row = (id: number | string, more: object = {}) =>
  JSON.stringify({ id: `r${id}`, messages: [{ role: "user", content: `text ${id}` }], ...more });

const rows = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => row(from + index));

async function textsOf(store: Store, versionId: number): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text, position } of readRows(store, versionId)) {
    expect(position).toBe(texts.length);
    texts.push(text);
  }
  return texts;
}

const chunkCount = async (store: Store): Promise<number> =>
  (await store.db.selectFrom("chunks").select("id").execute()).length;

test("a version is its rows in their order, as they were written", async () => {
  const store = await memoryStore();
  const texts = ['{"id": 7, "b":1}', '{"b":2}', '{"b":2}', '{"id":"x","big":12345678901234567890}'];
  const version = await commitRows(store, "set", texts, { ...facts, message: "first" });
  expect(version).toMatchObject({ number: 1, size: 4, action: "import", message: "first" });
  expect(await textsOf(store, version.id)).toEqual(texts);
  const { rows: read } = await readPage(store, version.id);
  expect(read.map(({ key }) => key)).toEqual(["7", null, null, "x"]);
  expect(read[1]?.recordId).toBe(read[2]?.recordId);
  const again = await commitRows(store, "set", texts, facts);
  expect(again.id).toBe(version.id);
});

test("equal rows in equal order have one hash, by whatever way they came", async () => {
  const store = await memoryStore();
  const random = Random.fromSeed(3);
  const texts = rows(9000);
  const { hash } = await commitRows(store, "whole", texts, facts);
  await commitRows(store, "grown", texts.slice(0, 5000), facts);
  expect((await appendRows(store, "grown", texts.slice(5000), facts)).hash).toBe(hash);
  // taken apart at random places, and put together again
  await commitRows(store, "edited", texts, facts);
  for (let round = 0; round < 6; round++) {
    const edits = noEdits();
    const gone: number[] = [];
    for (let count = 0; count < 5; count++) gone.push(random.integer(9000 - 10));
    for (const position of gone) edits.replaced.set(position, null);
    await editRows(store, { name: "edited", edits });
    const back = noEdits();
    for (const position of [...new Set(gone)].sort((a, b) => a - b)) {
      const before = position - 1 - [...new Set(gone)].filter((other) => other < position).length;
      back.inserted.set(before, [
        ...(back.inserted.get(before) ?? []),
        recordText(texts[position]!),
      ]);
    }
    expect((await editRows(store, { name: "edited", edits: back })).hash).toBe(hash);
  }
  const other = await commitRows(store, "other", [texts[1]!, texts[0]!, ...texts.slice(2)], facts);
  expect(other.hash).not.toBe(hash);
});

test("a version shares what it does not change", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", rows(20_000), facts);
  const before = await chunkCount(store);
  expect(before).toBeGreaterThan(8);
  const edits = noEdits();
  edits.replaced.set(10_000, recordText(row("new")));
  edits.inserted.set(10_500, [recordText(row("more"))]);
  const version = await editRows(store, { name: "set", edits });
  expect((await chunkCount(store)) - before).toBeLessThanOrEqual(3);
  const texts = await textsOf(store, version.id);
  expect(texts).toEqual([
    ...rows(10_000),
    row("new"),
    ...rows(500, 10_001),
    row("more"),
    ...rows(9499, 10_501),
  ]);
  const { count } = await store.db
    .selectFrom("records")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  expect(count).toBe(20_002);
});

test("what is named by its content never changes", async () => {
  const store = await memoryStore();
  const { id } = await commitRows(store, "set", rows(3), facts);
  for (const change of [
    sql`update versions set message = 'other' where id = ${id}`,
    sql`update records set text = '{}'`,
    sql`update chunk_records set place = place + 1`,
    sql`update version_chunks set first = 9`,
  ]) {
    await expect(change.execute(store.db)).rejects.toThrow("never change");
  }
});

test("a row that is no JSON object is told with its line, and nothing is made", async () => {
  const store = await memoryStore();
  const broken = await rejection(commitRows(store, "set", [row(1), '{"a": tru}'], facts), FtError);
  expect(broken).toMatchObject({ code: "FT-DATASET-006", exitCode: 4, at: { line: 2 } });
  expect(broken.message).toContain("column 7");
  const list = await rejection(commitRows(store, "set", ["[1]"], facts), FtError);
  expect(list.message).toContain("not a JSON object");
  expect(await rejection(findVersion(store, "set"), FtError)).toMatchObject({
    code: "FT-DATASET-007",
  });
});

test("names, numbers and hashes", async () => {
  const store = await memoryStore();
  const first = await commitRows(store, "set", rows(3), facts);
  const second = await commitRows(store, "set", rows(5), facts);
  expect((await findVersion(store, "set")).version).toEqual(second);
  expect((await findVersion(store, "set@1")).version).toEqual(first);
  expect((await findVersion(store, `set@${first.hash.slice(0, 8)}`)).version).toEqual(first);
  expect(await rejection(findVersion(store, "set@9"), FtError)).toMatchObject({
    code: "FT-DATASET-002",
  });
  const near = await rejection(findVersion(store, "sett"), FtError);
  expect(near).toMatchObject({ code: "FT-DATASET-001", exitCode: 2 });
  expect(near.message).toContain("did you mean set?");
  expect(await rejection(commitRows(store, "../x", rows(1), facts), FtError)).toMatchObject({
    code: "FT-DATASET-003",
  });
  const restored = await restoreVersion(store, "set@1");
  expect(restored).toMatchObject({ number: 3, hash: first.hash, parentId: second.id });
  expect((await listVersions(store, first.datasetId)).map(({ number }) => number)).toEqual([
    3, 2, 1,
  ]);
  await commitRows(store, "other", rows(1), facts);
  expect(await rejection(renameDataset(store, "set", "other"), FtError)).toMatchObject({
    code: "FT-DATASET-004",
  });
  await renameDataset(store, "set", "renamed");
  await removeDataset(store, "other");
  expect((await listDatasets(store)).map(({ name }) => name)).toEqual(["renamed"]);
  expect((await commitRows(store, "other", rows(2), facts)).number).toBe(1);
});

test("two who commit at once: the second is told", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", rows(3), facts);
  async function* slow() {
    yield row("slow");
    await commitRows(store, "set", rows(4), facts);
  }
  const late = await rejection(commitRows(store, "set", slow(), facts), FtError);
  expect(late).toMatchObject({ code: "FT-DATASET-005", exitCode: 75 });
});

test("rows can be written in the transaction of a unit's result", async () => {
  const store = await memoryStore();
  await inTransaction(store.db, async (db) => {
    const inside = { ...store, db };
    await createJob(inside, { kind: "write", units: [] });
    await appendRows(inside, "made", [row(1)], { action: "create" });
  });
  expect((await findVersion(store, "made")).version.size).toBe(1);
});

test("pages at any place, and the last one short", async () => {
  const store = await memoryStore();
  const { id } = await commitRows(store, "set", rows(5003), facts);
  const page = await readPage(store, id, { after: 4899, limit: 100 });
  expect(page.rows.map(({ position }) => position)).toEqual(
    Array.from({ length: 100 }, (_, index) => 4900 + index),
  );
  expect(page.next).toBe(4999);
  const last = await readPage(store, id, { after: page.next!, limit: 100 });
  expect(last).toMatchObject({ next: null });
  expect(last.rows.map(({ key }) => key)).toEqual(["r5000", "r5001", "r5002"]);
  expect((await readPage(store, id, { after: 9999 })).rows).toEqual([]);
  expect(await rowsByKey(store.db, id, "r77")).toMatchObject([{ position: 77 }]);
});

test("filters on fields", async () => {
  const store = await memoryStore();
  const texts = [
    row(1, { score: 3, meta: { "odd key": "Red", ok: true } }),
    row(2, { score: 8, meta: { "odd key": "green" } }),
    row(3, { score: 9.5 }),
    row(4, { score: "none" }),
  ];
  const { id } = await commitRows(store, "set", texts, facts);
  const found = async (
    ...filters: NonNullable<Parameters<typeof countRows>[2]>["filters"] & object[]
  ) => (await readPage(store, id, { filters })).rows.map(({ key }) => key);
  expect(await found({ field: "score", is: "equal", value: 8 })).toEqual(["r2"]);
  expect(await found({ field: "score", is: "less", value: 9 })).toEqual(["r1", "r2"]);
  expect(await found({ field: "meta.odd key", is: "contains", value: "RED" })).toEqual(["r1"]);
  expect(await found({ field: "meta.ok", is: "equal", value: true })).toEqual(["r1"]);
  expect(await found({ field: "meta", is: "absent" })).toEqual(["r3", "r4"]);
  expect(await found({ field: "messages[0].content", is: "equal", value: "text 3" })).toEqual([
    "r3",
  ]);
  expect(
    await found({ field: "meta", is: "present" }, { field: "score", is: "unequal", value: 3 }),
  ).toEqual(["r2"]);
  expect(await found({ field: "x') or 1=1 --", is: "present" })).toEqual([]);
  expect(
    await countRows(store, id, { filters: [{ field: "score", is: "greater", value: 5 }] }),
  ).toBe(3);
});

test("search finds words of texts, not names of fields, in this version only", async () => {
  const store = await memoryStore();
  const say = (id: number, content: string) => JSON.stringify({ id, messages: [{ content }] });
  const first = await commitRows(
    store,
    "set",
    [say(1, "The quick brown fox"), say(2, "a slow fox"), say(3, 'Größe zählt, "quick" too')],
    facts,
  );
  const second = await commitRows(store, "set", [say(4, "fox again"), say(2, "a slow fox")], facts);
  const found = async (versionId: number, search: string) =>
    (await readPage(store, versionId, { search })).rows.map(({ key }) => key);
  expect(await found(first.id, "fox")).toEqual(["1", "2"]);
  expect(await found(first.id, "quick fox")).toEqual(["1"]);
  expect(await found(first.id, "quick OR slow")).toEqual(["1", "2", "3"]);
  expect(await found(first.id, '"brown fox"')).toEqual(["1"]);
  expect(await found(first.id, "fox NOT slow")).toEqual(["1"]);
  expect(await found(first.id, "größ*")).toEqual(["3"]);
  expect(await found(first.id, "content")).toEqual([]);
  expect(await found(second.id, "fox")).toEqual(["4", "2"]);
  expect(await countRows(store, second.id, { search: "again" })).toBe(1);
  expect(await found(first.id, 'f"o(x')).toEqual([]);
  for (const bad of ["", "AND x", "x NOT"]) {
    expect(await rejection(found(first.id, bad), FtError)).toMatchObject({
      code: "FT-DATASET-009",
    });
  }
});

test("drops are listed by id and reason, and undone where they were", async () => {
  const store = await memoryStore();
  const whole = await commitRows(store, "set", rows(3000), facts);
  const positions = [0, 1, 2, 700, 1500, 1501, 2999];
  const dropped = await dropRows(
    store,
    "set",
    positions.map((position) => ({ position, reason: "short", details: { words: 2 } })),
    "clean",
  );
  expect(dropped).toMatchObject({ size: 2993, action: "drop" });
  const drops = await listDrops(store, "set");
  expect(drops.map(({ key }) => key)).toEqual(positions.map((position) => `r${position}`));
  expect(drops[3]).toMatchObject({
    position: 700,
    step: "clean",
    reason: "short",
    details: { words: 2 },
  });
  await undoDrops(store, "set", [drops[1]!.id, drops[5]!.id]);
  const some = await findVersion(store, "set");
  const texts = await textsOf(store, some.version.id);
  expect(texts[0]).toBe(row(1));
  expect(texts.indexOf(row(1501))).toBe(texts.indexOf(row(1499)) + 1);
  const rest = (await listDrops(store, "set")).filter(({ isUndone }) => !isUndone);
  await undoDrops(
    store,
    "set",
    rest.map(({ id }) => id),
  );
  const { version } = await findVersion(store, "set");
  expect((await textsOf(store, version.id)).sort()).toEqual(rows(3000).sort());
  const again = await rejection(undoDrops(store, "set", [drops[0]!.id]), FtError);
  expect(again).toMatchObject({ code: "FT-DATASET-010" });
  await restoreVersion(store, "set@1");
  await dropRows(
    store,
    "set",
    [5, 6, 2000].map((position) => ({ position, reason: "x" })),
    "again",
  );
  const last = (await listDrops(store, "set", { step: "again" })).map(({ id }) => id);
  expect((await undoDrops(store, "set", last)).hash).toBe(whole.hash);
});

test("a fork costs nothing and knows where it came from", async () => {
  const store = await memoryStore();
  const version = await commitRows(store, "set", rows(2000), facts);
  const before = await chunkCount(store);
  await forkDataset(store, "set", "mine");
  const forked = await findVersion(store, "mine");
  expect(forked.version).toMatchObject({ number: 1, hash: version.hash, parentId: version.id });
  expect(await chunkCount(store)).toBe(before);
  expect(await rejection(forkDataset(store, "set", "mine"), FtError)).toMatchObject({
    code: "FT-DATASET-004",
  });
  expect((await findDataset(store, "set")).headId).toBe(version.id);
});

test("configurations keep every form", async () => {
  const store = await memoryStore();
  await saveConfiguration(store, "clean", "strict", { least: 3 });
  await saveConfiguration(store, "clean", "strict", { least: 3 });
  await saveConfiguration(store, "clean", "strict", { least: 5 });
  await saveConfiguration(store, "clean", "loose", { least: 1 });
  await saveConfiguration(store, "split", "strict", {});
  expect(await readConfiguration(store, "clean", "strict")).toMatchObject({
    number: 2,
    value: { least: 5 },
  });
  expect(await configurationHistory(store, "clean", "strict")).toHaveLength(2);
  expect(
    (await listConfigurations(store, "clean")).map(({ name, number }) => [name, number]),
  ).toEqual([
    ["loose", 1],
    ["strict", 2],
  ]);
  expect(await rejection(readConfiguration(store, "clean", "none"), FtError)).toMatchObject({
    code: "FT-DATASET-011",
  });
});

test("what removed sets leave is freed; what others came from, or have too, stays", async () => {
  const store = await memoryStore();
  const counted = async (table: "records" | "versions" | "sets") =>
    (await store.db.selectFrom(table).select("id").execute()).length;
  await commitRows(store, "set", rows(3000), facts);
  await forkDataset(store, "set", "mine");
  await commitRows(store, "set", [...rows(10), row("secret", { words: "very private" })], facts);
  await dropRows(store, "set", [{ position: 0, reason: "x" }], "clean");
  await commitRows(store, "alone", [row("alone"), row(1)], facts);
  const search = { search: "text" };
  expect(await countRows(store, (await findVersion(store, "alone")).version.id, search)).toBe(2);
  await removeDataset(store, "alone");
  await removeDataset(store, "set");
  expect(await compactStore(store)).toEqual({ versions: 3, records: 2 });
  expect([await counted("records"), await counted("versions")]).toEqual([3000, 2]);
  const { version } = await findVersion(store, "mine");
  expect(await textsOf(store, version.id)).toEqual(rows(3000));
  expect(await countRows(store, version.id, search)).toBe(3000);
  const { matches } = flavourOf(store.db).search;
  const found = matches({ table: "record_search" }, searchTokens("private"));
  const words = sql`select rowid from record_search where ${found}`;
  expect((await words.execute(store.db)).rows).toEqual([]);
  await removeDataset(store, "mine");
  expect(await compactStore(store)).toEqual({ versions: 2, records: 3000 });
  expect([await counted("records"), await counted("sets")]).toEqual([0, 0]);
  expect((await commitRows(store, "set", rows(2), facts)).number).toBe(1);
});
