// Differences and merges of versions, against the same worked out in memory from all rows.
import { expect, test } from "vitest";
import { Random } from "../../../src/core/random.ts";
import {
  commitRows,
  editRows,
  fieldDifferences,
  fieldsOf,
  findVersion,
  forkDataset,
  mergeVersions,
  noEdits,
  readRows,
  recordText,
  type RowDifference,
  type Store,
  VersionComparison,
} from "../../../src/store/index.ts";
import { memoryStore } from "../../support/open-stores.ts";

const facts = { action: "import" };
type Fields = Record<string, unknown>;
const text = (value: Fields) => JSON.stringify(value);
const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => text({ id, a: `a${id}`, b: `b${id}`, meta: { n: id } }));

async function differences(store: Store, before: number, after: number) {
  const comparison = await VersionComparison.of(store, before, after);
  const found: RowDifference[] = [];
  for await (const difference of comparison.rows()) found.push(difference);
  await comparison.end();
  const count = (kind: string) => found.filter((each) => each.kind === kind).length;
  expect(comparison.counts).toMatchObject({
    removed: count("removed"),
    changed: count("changed"),
    added: count("added"),
  });
  return { found, counts: comparison.counts };
}

async function textsOf(store: Store, reference: string): Promise<string[]> {
  const { version } = await findVersion(store, reference);
  const texts: string[] = [];
  for await (const row of readRows(store, version.id)) texts.push(row.text);
  return texts;
}

const commit = async (store: Store, name: string, texts: string[]) =>
  (await commitRows(store, name, texts, facts)).id;

test("fields, by path", () => {
  expect(
    fieldDifferences(
      { a: 1, m: [{ c: "x" }, { c: "y" }], gone: null, k: { z: 1 } },
      { a: 1, m: [{ c: "x" }, { c: "z" }, { c: "new" }], k: { z: "1" } },
    ),
  ).toEqual([
    { path: "m[1].c", before: "y", after: "z" },
    { path: "m[2]", after: { c: "new" } },
    { path: "gone", before: null },
    { path: "k.z", before: 1, after: "1" },
  ]);
  expect(fieldDifferences({ a: [1], b: 2 }, { b: 2, a: [1] })).toEqual([]);
  expect(fieldDifferences([], {})).toEqual([{ path: "", before: [], after: {} }]);
});

test("rows with ids: removed, changed, added; their fields", async () => {
  const store = await memoryStore();
  const base = rows(6000);
  const edited = [...base];
  edited[4000] = text({ id: 4000, a: "other", b: "b4000", meta: { n: 1 } });
  edited.splice(100, 1);
  edited.splice(50, 0, text({ id: "new" }));
  const { found, counts } = await differences(
    store,
    await commit(store, "set", base),
    await commit(store, "set", edited),
  );
  expect(counts).toEqual({ removed: 1, changed: 1, added: 1, isReordered: false });
  expect(found.map(({ kind, key }) => [kind, key])).toEqual([
    ["removed", "100"],
    ["changed", "4000"],
    ["added", "new"],
  ]);
  expect(found[0]?.before?.position).toBe(100);
  expect(found[2]?.after?.position).toBe(50);
  expect(fieldsOf(found[1]!)).toEqual([
    { path: "a", before: "a4000", after: "other" },
    { path: "meta.n", before: 4000, after: 1 },
  ]);
});

test("rows without ids are the same by their text; equal rows count", async () => {
  const store = await memoryStore();
  const before = ["x", "y", "y", "z"].map((a) => text({ a }));
  const after = ["x", "y", "w", "z", "z"].map((a) => text({ a }));
  const { found } = await differences(
    store,
    await commit(store, "set", before),
    await commit(store, "set", after),
  );
  expect(found.map(({ kind, before: old, after: now }) => [kind, (old ?? now)?.text])).toEqual([
    ["removed", '{"a":"y"}'],
    ["added", '{"a":"w"}'],
    ["added", '{"a":"z"}'],
  ]);
});

test("another order, another spelling, nothing", async () => {
  const store = await memoryStore();
  const one = await commit(store, "set", rows(10));
  const two = await commit(store, "set", rows(10).reverse());
  expect((await differences(store, one, two)).counts).toEqual({
    removed: 0,
    changed: 0,
    added: 0,
    isReordered: true,
  });
  expect((await differences(store, one, one)).counts.isReordered).toBe(false);
  const three = await commit(
    store,
    "set",
    rows(10).map((each) => each.replaceAll(",", ", ")),
  );
  const { found } = await differences(store, one, three);
  expect(found).toHaveLength(10);
  expect(fieldsOf(found[0]!)).toEqual([]);
});

test(
  "random versions: the same differences as by comparing all rows",
  { timeout: 120_000 },
  async () => {
    const store = await memoryStore();
    const random = Random.fromSeed(11);
    for (let round = 0; round < 4; round++) {
      const base = rows(3000 + random.integer(3000));
      const edited = base.flatMap((row, id) => {
        const chance = random.integer(1000);
        if (chance < 3) return [];
        if (chance < 6) return [text({ id, a: `changed ${round}` })];
        if (chance < 9) return [row, text({ id: `new ${round} ${id}` })];
        return [row];
      });
      const { found } = await differences(
        store,
        await commit(store, `a${round}`, base),
        await commit(store, `b${round}`, edited),
      );
      const keyed = (texts: string[]) =>
        new Map(texts.map((each) => [String((JSON.parse(each) as Fields)["id"]), each]));
      const [before, after] = [keyed(base), keyed(edited)];
      const expected = [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
        const [old, now] = [before.get(key), after.get(key)];
        if (old === now) return [];
        return [
          `${old === undefined ? "added" : now === undefined ? "removed" : "changed"} ${key}`,
        ];
      });
      expect(found.map(({ kind, key }) => `${kind} ${key}`).sort()).toEqual(expected.sort());
    }
  },
);

const edit = async (store: Store, name: string, change: (texts: string[]) => string[]) =>
  await commitRows(store, name, change(await textsOf(store, name)), { action: "edit" });

const replaced = (id: number, fields: Fields) => (texts: string[]) =>
  texts.map((row) => {
    const value = JSON.parse(row) as Fields;
    return value["id"] === id ? text({ ...value, ...fields }) : row;
  });

async function forked(count = 2000): Promise<Store> {
  const store = await memoryStore();
  await commit(store, "ours", rows(count));
  await forkDataset(store, "ours", "theirs");
  return store;
}

test("what only one side changed is taken, fields of one row too", async () => {
  const store = await forked();
  await edit(store, "ours", replaced(5, { a: "ours" }));
  await edit(store, "ours", (texts) => texts.filter((_, index) => index !== 7));
  await edit(store, "theirs", replaced(5, { b: "theirs" }));
  await edit(store, "theirs", replaced(6, { a: "theirs" }));
  await edit(store, "theirs", (texts) => [
    text({ id: "first" }),
    ...texts.slice(0, 1000),
    text({ id: "x" }),
    text({ id: "y" }),
    ...texts.slice(1000).filter((row) => (JSON.parse(row) as Fields)["id"] !== 1500),
  ]);
  const { version, conflicts, taken } = await mergeVersions(store, "ours", "theirs");
  expect(conflicts).toEqual([]);
  expect(taken).toEqual({ changed: 2, removed: 1, added: 3 });
  const { version: their } = await findVersion(store, "theirs");
  expect(version).toMatchObject({ action: "merge", mergedId: their.id });
  const base = rows(2000);
  base[5] = text({ id: 5, a: "ours", b: "theirs", meta: { n: 5 } });
  base[6] = text({ id: 6, a: "theirs", b: "b6", meta: { n: 6 } });
  const expected = [
    text({ id: "first" }),
    ...base.slice(0, 1000),
    text({ id: "x" }),
    text({ id: "y" }),
    ...base.slice(1000),
  ];
  const wanted = expected.filter(
    (row) => ![7, 1500].includes((JSON.parse(row) as { id: number }).id),
  );
  expect(await textsOf(store, "ours")).toEqual(wanted);
  // merged once, there is nothing left to merge
  expect((await mergeVersions(store, "ours", "theirs")).taken).toEqual({
    changed: 0,
    removed: 0,
    added: 0,
  });
});

test("conflicts are shown with all three sides, and nothing is made", async () => {
  const store = await forked(300);
  await edit(store, "ours", replaced(1, { a: "ours", b: "same" }));
  await edit(store, "ours", (texts) => texts.filter((_, index) => index !== 2));
  await edit(store, "ours", (texts) => [...texts, text({ id: "both", v: 1 })]);
  await edit(store, "theirs", replaced(1, { a: "theirs", b: "same" }));
  await edit(store, "theirs", replaced(2, { a: "theirs" }));
  await edit(store, "theirs", (texts) => [...texts, text({ id: "both", v: 2 })]);
  const before = (await findVersion(store, "ours")).version;
  const { version, conflicts } = await mergeVersions(store, "ours", "theirs");
  expect(version).toBeUndefined();
  expect((await findVersion(store, "ours")).version).toEqual(before);
  const byKey = new Map(conflicts.map((conflict) => [conflict.key, conflict]));
  expect(byKey.get("1")).toMatchObject({
    kind: "changed",
    base: rows(2)[1],
    fields: [{ path: "a", base: "a1", ours: "ours", theirs: "theirs" }],
  });
  expect(byKey.get("2")).toMatchObject({ kind: "removed", ours: null });
  expect(byKey.get("both")).toMatchObject({ kind: "added", base: null });
  expect(conflicts).toHaveLength(3);

  const settled = await mergeVersions(store, "ours", "theirs", { onConflict: "theirs" });
  expect(settled.version?.details).toMatchObject({ conflicts: 3, onConflict: "theirs" });
  const texts = await textsOf(store, "ours");
  expect(texts[1]).toBe(text({ id: 1, a: "theirs", b: "same", meta: { n: 1 } }));
  expect(texts[2]).toBe(text({ id: 2, a: "theirs", b: "b2", meta: { n: 2 } }));
  expect(texts.at(-1)).toBe(text({ id: "both", v: 2 }));
});

test("our side wins when it is told so", async () => {
  const store = await forked(300);
  await edit(store, "ours", replaced(1, { a: "ours" }));
  await edit(store, "theirs", replaced(1, { a: "theirs", b: "theirs" }));
  await edit(store, "theirs", (texts) => texts.filter((_, index) => index !== 9));
  await edit(store, "ours", replaced(9, { a: "kept" }));
  await mergeVersions(store, "ours", "theirs", { onConflict: "ours" });
  const texts = await textsOf(store, "ours");
  expect(texts[1]).toBe(text({ id: 1, a: "ours", b: "theirs", meta: { n: 1 } }));
  expect(texts[9]).toBe(text({ id: 9, a: "kept", b: "b9", meta: { n: 9 } }));
});

test("sets that come from nothing common: their rows are added, or a base is named", async () => {
  const store = await memoryStore();
  await commit(store, "ours", rows(3));
  await commit(store, "theirs", [rows(3)[1]!, text({ id: "new" }), text({ id: 2, a: "other" })]);
  const blind = await mergeVersions(store, "ours", "theirs");
  expect(blind.conflicts).toMatchObject([{ kind: "added", key: "2" }]);
  const named = await mergeVersions(store, "ours", "theirs", { base: "ours@1" });
  expect(named.conflicts).toEqual([]);
  expect(await textsOf(store, "ours")).toEqual([
    rows(3)[1],
    text({ id: "new" }),
    text({ id: 2, a: "other" }),
  ]);
});

test("an edit by position is a version like any other", async () => {
  const store = await memoryStore();
  await commit(store, "set", rows(5));
  const edits = noEdits();
  edits.replaced.set(4, null);
  edits.inserted.set(-1, [recordText(text({ id: "front" }))]);
  await editRows(store, { name: "set", edits });
  expect(await textsOf(store, "set")).toEqual([text({ id: "front" }), ...rows(5).slice(0, 4)]);
});

test("what came from theirs already takes nothing: no version without a change", async () => {
  const store = await memoryStore();
  await commitRows(store, "set", ['{"id":1}'], { action: "import" });
  await commitRows(store, "set", ['{"id":2}'], { action: "import" });
  for (const theirs of ["set", "set@1"])
    expect(await mergeVersions(store, "set", theirs)).toMatchObject({
      ...{ isNew: false, version: { number: 2 }, conflicts: [] },
      taken: { added: 0, removed: 0, changed: 0 },
    });
  expect((await findVersion(store, "set")).version.number).toBe(2);
});
