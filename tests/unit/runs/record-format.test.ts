// The form of a run's record over its versions: an older one is read as one of today and, where the run goes on, written
// as one with the old kept; a newer one is refused.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRun, readRecord, reopenRun } from "../../../src/runs/index.ts";
import { RECORD_FORMAT } from "../../../src/runs/record-format.ts";
import { makeFolder } from "../../support/folders.ts";

const old = {
  runId: "20250101-000000-aaaaaa",
  createdAt: "2025-01-01T00:00:00.000Z",
  config: { optimization: { epochs: 2, prefix_cache: true }, data: { train_file: "rows.jsonl" } },
};

function runWith(record: object): string {
  const folder = makeFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(record));
  return folder;
}

const inFile = (folder: string, name = "config.json"): unknown =>
  JSON.parse(readFileSync(join(folder, name), "utf8"));

const today = {
  ...old,
  formatVersion: RECORD_FORMAT,
  config: {
    optimization: { epochs: 2, prefix_cache: true, decay_vectors: true },
    data: { train_file: "rows.jsonl", grouping: "pools", learn_empty_thoughts: true },
  },
};

test("an old record is read as one of today, and left as it is", () => {
  const folder = runWith(old);
  expect(readRecord(folder)).toEqual(today);
  expect(inFile(folder)).toEqual(old);
});

test("where the run goes on it is written as one of today, the old one kept, once", () => {
  const folder = runWith(old);
  reopenRun(folder).close();
  expect(inFile(folder)).toEqual(today);
  expect(inFile(folder, "config.version-1.json")).toEqual(old);
  reopenRun(folder).close();
  expect(inFile(folder, "config.version-1.json")).toEqual(old);
});

test("broken off after the copy, it is done again", () => {
  const folder = runWith(old);
  writeFileSync(join(folder, "config.version-1.json"), JSON.stringify(old));
  reopenRun(folder).close();
  expect(inFile(folder)).toEqual(today);
});

test("a newer record is refused, and nothing is written", () => {
  const folder = runWith({ ...old, formatVersion: RECORD_FORMAT + 1 });
  for (const read of [readRecord, reopenRun])
    expect(() => read(folder)).toThrow(
      expect.objectContaining({
        code: "FT-RUN-022",
        hint: expect.stringContaining("npm install") as string,
      }) as Error,
    );
  expect(existsSync(join(folder, "run.lock"))).toBe(false);
});

test("a new run's record has the version of today", async () => {
  const output = join(makeFolder(), "run");
  const folder = openRun(output);
  await folder.writeRecord({ createdAt: old.createdAt, config: {} });
  folder.close();
  expect(inFile(output)).toMatchObject({ formatVersion: RECORD_FORMAT });
});
