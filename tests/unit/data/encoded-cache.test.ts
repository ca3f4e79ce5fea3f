// Rows kept on the disk by content: what comes back is what was put in, and nothing else ever comes back.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EncodedRows } from "../../../src/data/encode.ts";
import { encodedKey, keepEncoded, keptEncoded } from "../../../src/data/encoded-cache.ts";
import type { Row } from "../../../src/data/rows.ts";
import { makeFolder } from "../../support/folders.ts";

const rows = Array.from({ length: 900 }, (_, index): Row => {
  const sample = { kind: "text" as const, text: `row ${index}` };
  return { sample, format: "text", file: "rows.jsonl", line: index + 1 };
});

/** Every tenth row teaches nothing; every seventh has two sequences. */
function encoded(of: readonly Row[] = rows): EncodedRows {
  const all: EncodedRows = { samples: [], truncated: 0, dropped: [] };
  for (const [at, row] of of.entries()) {
    const sequence = (length: number) => ({
      ids: Int32Array.from({ length }, (_, position) => at * 1000 + position),
      weights: Float32Array.from({ length }, (_, position) => (position % 3) / 2),
    });
    if (at % 10 === 9) all.dropped.push({ row, tokens: at, reason: "no token to learn" });
    else if (at % 7 === 0) all.samples.push({ row, sequences: [sequence(40), sequence(90)] });
    else all.samples.push({ row, sequences: [sequence(30 + (at % 60))] });
  }
  return all;
}

test("what was kept comes back as it was", async () => {
  const folder = makeFolder();
  const key = encodedKey(rows, ["by this"]);
  await keepEncoded(folder, key, rows, encoded());
  expect(await keptEncoded(folder, key, rows)).toEqual(encoded());
});

test("other rows, or rows made otherwise, have another key", () => {
  const key = encodedKey(rows, ["by this"]);
  expect(encodedKey(rows, ["by that"])).not.toBe(key);
  expect(encodedKey(rows.slice(1), ["by this"])).not.toBe(key);
  expect(encodedKey(rows.toReversed(), ["by this"])).not.toBe(key);
  expect(encodedKey([...rows], ["by this"])).toBe(key);
});

test.each([
  ["cut short", (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
  ["empty", () => Buffer.alloc(0)],
  ["changed in one bit", (bytes: Buffer) => flipped(bytes, bytes.length >> 1)],
  ["changed in its hash", (bytes: Buffer) => flipped(bytes, 3)],
])("a file that is %s counts as none", async (_, damage) => {
  const folder = makeFolder();
  const key = encodedKey(rows, []);
  await keepEncoded(folder, key, rows, encoded());
  const file = join(folder, `${key}.rows`);
  writeFileSync(file, damage(readFileSync(file)));
  expect(await keptEncoded(folder, key, rows)).toBeUndefined();
});

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
  return changed;
}

test("few rows are not worth a file, and a folder that cannot be written is no error", async () => {
  const folder = makeFolder({ "a-file": "" });
  const few = rows.slice(0, 5);
  await keepEncoded(folder, "few", few, encoded(few));
  expect(readdirSync(folder)).toEqual(["a-file"]);
  await keepEncoded(join(folder, "a-file"), encodedKey(rows, []), rows, encoded());
  expect(await keptEncoded(join(folder, "a-file"), "any", rows)).toBeUndefined();
});
