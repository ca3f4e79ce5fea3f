// Rows that are gone on with: only those that can be ours, and never two writers of one file.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { KeptRows } from "../../../src/core/kept-rows.ts";
import { makeFolder } from "../../support/folders.ts";

interface Numbered {
  at: number;
}

const filesIn = (folder: string) => ({
  rows: join(folder, "rows.jsonl"),
  about: join(folder, "about.json"),
});

const open = (files: { rows: string; about: string }, asked: object = { seed: 1 }) =>
  KeptRows.open<Numbered>(
    files,
    { ...asked },
    {
      refused: (keys) => new Error(`differs in ${keys.join()}`),
      fits: (row, at) => row.at === at,
    },
  );

test("a second writer is seen by the first that writes after it", async () => {
  const files = filesIn(makeFolder());
  const first = await open(files);
  first.add({ at: 0 });
  const second = await open(files);
  expect(second.rows).toEqual([{ at: 0 }]);
  second.add({ at: 1 });
  expect(() => first.add({ at: 1 })).toThrow(/another process is writing/);
  second.add({ at: 2 });
  expect((await open(files)).rows).toEqual([{ at: 0 }, { at: 1 }, { at: 2 }]);
  rmSync(files.rows);
  expect(() => second.add({ at: 3 })).toThrow(/another process is writing/);
});

test.each([
  ["a part of a line", '{"at":1', 1],
  ["a line that is no JSON", '{"at":1\n{"at":2}\n', 1],
  ["a line of another kind", 'null\n{"at":1}\n', 1],
  ["a row twice", '{"at":0}\n{"at":1}\n', 1],
  ["a row too few", '{"at":2}\n', 1],
  ["the next row", '{"at":1}\n', 2],
])("after %s so many rows are kept", async (_, more, kept) => {
  const files = filesIn(makeFolder());
  (await open(files)).add({ at: 0 });
  appendFileSync(files.rows, more);
  expect((await open(files)).rows).toHaveLength(kept);
  expect(readFileSync(files.rows, "utf8").trim().split("\n")).toHaveLength(kept);
});

test("what was asked is compared both ways, and cannot be known of a changed file", async () => {
  const files = filesIn(makeFolder());
  await open(files, { seed: 1, schema: "a" });
  await expect(open(files, { seed: 1 })).rejects.toThrow("differs in schema");
  await expect(open(files, { seed: 1, schema: "a", by: "b" })).rejects.toThrow("differs in by");
  for (const text of ["{", "null", "7"]) {
    writeFileSync(files.about, text);
    await expect(open(files)).rejects.toThrow("differs in seed");
  }
});
