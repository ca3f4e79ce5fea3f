import { describe, expect, test } from "vitest";
import { cutDocuments } from "../../../src/data/documents.ts";
import type { EncodedRow, EncodedRows } from "../../../src/data/encode.ts";
import { readRows } from "../../../src/data/read.ts";
import { makeFolder } from "../../support/folders.ts";

/** Documents of these many tokens, which count upwards over all of them. */
function documents(...lengths: number[]): EncodedRows {
  let next = 0;
  const samples = lengths.map((length, at): EncodedRow => {
    const ids = Int32Array.from({ length }, () => next++);
    const sample = { kind: "text" as const, text: "", isDocument: true };
    const row = { sample, format: "document", file: "a.jsonl", line: at + 1 };
    return { row, sequences: [{ ids, weights: new Float32Array(length).fill(1) }] };
  });
  return { samples, truncated: 0, dropped: [] };
}

const sequenceOf = ({ sequences }: EncodedRow) => sequences[0] ?? { ids: [], weights: [] };

/** Ids of tokens that are learned, as targets: the first of a window has no token before it. */
function learnedIn(rows: EncodedRows): number[] {
  return rows.samples.flatMap((sample) => {
    const { ids, weights } = sequenceOf(sample);
    return [...ids].filter((_, at) => at > 0 && weights[at] !== 0);
  });
}

describe.each([
  { maxLength: 10, overlap: 0, lengths: [7, 30, 1, 12] },
  { maxLength: 10, overlap: 4, lengths: [7, 30, 1, 12] },
  { maxLength: 10, overlap: 9, lengths: [25] },
  { maxLength: 2, overlap: 0, lengths: [3, 3] },
  { maxLength: 64, overlap: 8, lengths: [5, 6] },
  { maxLength: 10, overlap: 1, lengths: [10] },
  { maxLength: 10, overlap: 0, lengths: [19] },
])("%j", ({ lengths, ...options }) => {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const cut = cutDocuments(documents(...lengths), options);

  test("every token but the very first is learned once", () => {
    expect(learnedIn(cut)).toEqual(Array.from({ length: total - 1 }, (_, at) => at + 1));
  });

  test("windows are full but the last, and share what they are to share", () => {
    const windows = cut.samples.map((sample) => [...sequenceOf(sample).ids]);
    for (const [at, ids] of windows.entries()) {
      if (at < windows.length - 1) expect(ids).toHaveLength(options.maxLength);
      else expect(ids.length).toBeLessThanOrEqual(options.maxLength);
      const shared = windows[at - 1]?.slice(-Math.max(1, options.overlap)) ?? [];
      expect(ids.slice(0, shared.length)).toEqual(shared);
    }
  });
});

test("a window is of the document in which it begins to learn", () => {
  const { samples } = cutDocuments(documents(7, 30, 1), { maxLength: 10, overlap: 0 });
  expect(samples.map(({ row }) => row.line)).toEqual([1, 2, 2, 2, 3]);
});

test("rows that are no documents stay, in front", () => {
  const rows = documents(30);
  const [plain] = documents(40).samples;
  const other = { ...plain, row: { ...plain?.row, sample: { kind: "text", text: "" } } };
  rows.samples.push(other as EncodedRow);
  const { samples } = cutDocuments(rows, { maxLength: 10, overlap: 0 });
  expect(samples[0]).toBe(other);
  expect(() => cutDocuments(rows, { maxLength: 10, overlap: 10 })).toThrow(RangeError);
});

test("a text file is one document, and a row of text is one", async () => {
  const folder = makeFolder({
    "book.txt": "One.\n\nTwo.\n",
    "rows.jsonl": '{"text": "a"}\n{"text": "b"}\n',
  });
  const textsOf = async (file: string, format: string): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const row of readRows(`${folder}/${file}`, format))
      found.push("row" in row ? row.row.sample : row);
    return found;
  };
  const documentOf = (text: string) => ({ kind: "text", text, isDocument: true });
  const [book] = await textsOf("book.txt", "document");
  expect(book).toMatchObject({
    isDocument: true,
    text: expect.stringMatching(/^One\.\n\nTwo\.\n?$/),
  });
  expect(await textsOf("rows.jsonl", "document")).toEqual([documentOf("a"), documentOf("b")]);
  expect(await textsOf("book.txt", "auto")).toHaveLength(2);
});
