// Files of rows made one: what each had is told, conflicts are shown with their fields, and nothing is lost unsaid.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { mergeFiles, type MergeFilesRequest } from "../../../src/app/data/merging/merge-files.ts";
import { writeVersion } from "../../../src/app/store/files.ts";
import { history, importRows } from "../../../src/app/store/history.ts";
import { merge } from "../../../src/app/store/merge.ts";
import { DataError, UsageError } from "../../../src/core/errors.ts";
import { makeFolder } from "../../support/folders.ts";
import { rejection } from "../../support/refusal.ts";
import { jsonLines } from "../../support/rows.ts";

let folder: string;
const at = (name: string): string => join(folder, name);
const environment = () => ({ FT_HOME: at("home") });
type Rows = Record<string, unknown>[];

const mergeAll = (files: Record<string, string>, more: Partial<MergeFilesRequest> = {}) => {
  folder = makeFolder(files);
  const inputs = Object.keys(files).filter((name) => name !== "base.jsonl");
  const base = "base.jsonl" in files ? { base: at("base.jsonl") } : {};
  return mergeFiles(environment(), {
    inputs: inputs.map(at),
    output: at("out/all.jsonl"),
    ...base,
    ...more,
  });
};
const written = (): string => readFileSync(at("out/all.jsonl"), "utf8");

beforeEach(() => {
  folder = makeFolder();
});

test("each row once, letter by letter, in the order of the files, and what each had is told", async () => {
  const told = await mergeAll({
    "a.jsonl": '{"id": 1, "text":"one"}\n{"text": "no id"}\n',
    "b.jsonl": '{"text":"new"}\n{"text":"one","id":1}\n{"text":"new"}\n',
    "c.jsonl": '{"text":"no id"}\n{"id":"1b","text":"one"}\n',
  });
  expect(written()).toBe(
    '{"id": 1, "text":"one"}\n{"text": "no id"}\n{"text":"new"}\n{"id":"1b","text":"one"}\n',
  );
  expect(told).toMatchObject({ output: at("out/all.jsonl"), rows: 4, removed: 0, conflicts: [] });
  expect(told.files).toEqual([
    { file: at("a.jsonl"), rows: 2, added: 2, same: 0, changed: 0 },
    { file: at("b.jsonl"), rows: 3, added: 1, same: 2, changed: 0 },
    { file: at("c.jsonl"), rows: 2, added: 1, same: 1, changed: 0 },
  ]);
});

const conflicting = {
  "a.jsonl": jsonLines([{ id: "x", text: "ours", meta: { n: 1 } }, { id: "y" }]),
  "b.jsonl": jsonLines([{ id: "x", text: "theirs", meta: { n: 1, m: 2 } }, { id: "z" }]),
};

test("a row that differs is a conflict: its fields are shown and nothing is written", async () => {
  const told = await mergeAll(conflicting);
  expect(told).toMatchObject({ output: null, rows: 0 });
  expect(told.conflicts).toEqual([
    {
      key: "x",
      kind: "added",
      file: at("b.jsonl"),
      base: null,
      ours: '{"id":"x","text":"ours","meta":{"n":1}}',
      theirs: '{"id":"x","text":"theirs","meta":{"n":1,"m":2}}',
      fields: [{ path: "text", base: undefined, ours: "ours", theirs: "theirs" }],
    },
  ]);
  expect(existsSync(at("out"))).toBe(false);
});

test.each(["ours", "theirs"] as const)("%s wins where it is said", async (onConflict) => {
  const told = await mergeAll(conflicting, { onConflict });
  expect(told.conflicts).toHaveLength(1);
  expect(JSON.parse(written().split("\n")[0]!)).toEqual({
    id: "x",
    text: onConflict,
    meta: { n: 1, m: 2 },
  });
  expect(told.rows).toBe(3);
});

test("with a base, edits in different fields and removals go together", async () => {
  const told = await mergeAll({
    "base.jsonl": jsonLines([{ id: 1, a: 1, b: 1 }, { id: 2 }, { id: 3, a: 1 }, { text: "t" }]),
    "a.jsonl": jsonLines([{ id: 1, a: 2, b: 1 }, { id: 2 }, { id: 3, a: 2 }]),
    "b.jsonl": jsonLines([{ id: 1, a: 1, b: 2 }, { text: "t" }]),
  });
  expect(told.conflicts).toMatchObject([{ key: "3", kind: "removed", theirs: null }]);
  expect(told.removed).toBe(2);
  const settled = await mergeFiles(environment(), {
    inputs: [at("a.jsonl"), at("b.jsonl")],
    base: at("base.jsonl"),
    output: at("out/all.jsonl"),
    onConflict: "ours",
  });
  expect(written()).toBe(
    jsonLines([
      { id: 1, a: 2, b: 2 },
      { id: 3, a: 2 },
    ]),
  );
  expect(settled.files.map(({ changed }) => changed)).toEqual([2, 1]);
});

/** A file edited by a seed: some rows changed in one field, some removed, some added. */
function edited(rows: Rows, side: string, seed: number): Rows {
  let state = seed;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const kept = rows
    .filter(() => next() > 0.1)
    .map((row) => (next() < 0.3 ? { ...row, [side]: Math.floor(next() * 9) } : row));
  return [...kept, ...Array.from({ length: 5 }, (_, n) => ({ id: `${side}${n}`, text: side }))];
}

test.each([1, 2, 3, 4, 5])("what the store merges of the same rows, seed %i", async (seed) => {
  const base = Array.from({ length: 60 }, (_, id) => ({ id, text: `row ${id}` }));
  const theirs = { onConflict: "theirs" } as const;
  const sides = [edited(base, "a", seed * 7), edited(base, "b", seed * 7 + 1)];
  await mergeAll(
    {
      "base.jsonl": jsonLines(base),
      "a.jsonl": jsonLines(sides[0]!),
      "b.jsonl": jsonLines(sides[1]!),
    },
    theirs,
  );
  const keep = (file: string, name: string) =>
    importRows(environment(), { file: at(file), name, message: undefined });
  await keep("base.jsonl", "a");
  await keep("a.jsonl", "a");
  await keep("b.jsonl", "b");
  await merge(environment(), "a", "b", { ...theirs, base: "a@1" });
  expect((await history(environment(), "a"))[0]?.version).toBe("a@3");
  await writeVersion(environment(), { version: "a", file: at("store.jsonl"), follow: false });
  const byId = (text: string): unknown[] =>
    text
      .trim()
      .split("\n")
      .toSorted()
      .map((line) => JSON.parse(line) as unknown);
  expect(byId(written())).toEqual(byId(readFileSync(at("store.jsonl"), "utf8")));
});

test("an id that names two rows of one file is refused with both lines", async () => {
  const twice = jsonLines([{ id: "x", a: 1 }, { id: "y" }, { id: "x", a: 2 }]);
  const files = { "a.jsonl": jsonLines([{ id: "y" }]), "b.jsonl": twice };
  const error = await rejection(mergeAll(files), DataError);
  expect(error.code).toBe("FT-ROWS-009");
  expect(error.problems).toEqual([`${at("b.jsonl")}: id x: lines 1 and 3`]);
  expect(existsSync(at("out"))).toBe(false);
});

test("no file that is read is written over", async () => {
  const files = { "a.jsonl": jsonLines([{ id: 1 }]), "b.jsonl": jsonLines([{ id: 2 }]) };
  folder = makeFolder(files);
  const inputs = [at("a.jsonl"), at("b.jsonl")];
  const request = { inputs, output: at("b.jsonl") };
  const error = await rejection(mergeFiles(environment(), request), UsageError);
  expect(error.code).toBe("FT-ROWS-006");
  expect(readFileSync(at("b.jsonl"), "utf8")).toBe(files["b.jsonl"]);
});

test("a version of the store is merged with a file, and the store stays as it is", async () => {
  folder = makeFolder({ "a.jsonl": jsonLines([{ id: 1 }]), "b.jsonl": jsonLines([{ id: 2 }]) });
  await importRows(environment(), { file: at("a.jsonl"), name: "set", message: undefined });
  const inputs = ["set@1", at("b.jsonl")];
  const told = await mergeFiles(environment(), { inputs, output: at("out/all.jsonl") });
  expect(told.rows).toBe(2);
  expect(written()).toBe('{"id":1}\n{"id":2}\n');
  expect(await history(environment(), "set")).toHaveLength(1);
});
