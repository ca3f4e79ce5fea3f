// ft data count: rows of a file, in threads and without, are told with their ids.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countDataset } from "../../../src/app/data/count-tokens.ts";
import { tokenCounter } from "../../../src/synth/tokens/encodings.ts";

function written(name: string, lines: string[]): string {
  const file = join(mkdtempSync(join(tmpdir(), "ft-count-")), name);
  writeFileSync(file, lines.join("\n"));
  return file;
}

test("rows are known by their id or their line; blank lines count as lines", async () => {
  const rows = [
    '\uFEFF{"text":"one two"}',
    "",
    '{"id":7,"text":"three"}\r',
    '{"id":"x","text":""}',
  ];
  const told = await countDataset({}, { file: written("a.jsonl", rows) });
  expect(told).toEqual({
    rows: [
      { id: "1", tokens: 2 },
      { id: "7", tokens: 1 },
      { id: "x", tokens: 0 },
    ],
    total: 3,
    encoding: "o200k",
    exactness: "exact",
    errorBound: 0,
  });
});

test("threads give what one process gives, in the same order", async () => {
  const text = "The river runs past the houses where nobody waits. ".repeat(20);
  const rows = Array.from({ length: 4000 }, (_, at) => JSON.stringify({ text: `${at} ${text}` }));
  const file = written("b.jsonl", rows);
  const alone = await countDataset({}, { file, encoding: "mistral-v3", threads: 0 });
  const together = await countDataset({}, { file, encoding: "mistral-v3", threads: 2 });
  expect(together).toEqual(alone);
  const counter = await tokenCounter("mistral-v3");
  expect(together.rows[3999]).toEqual({ id: "4000", tokens: counter.text(`3999 ${text}`) });
});

test.each([
  [["{}", "{not json"], "FT-ROWS-001", /line 2/],
  [["[1]"], "FT-ROWS-001", /another value/],
])("a bad line is told with its number", async (lines, code, message) => {
  const counted = countDataset({}, { file: written("c.jsonl", lines) });
  await expect(counted).rejects.toMatchObject({ code, exitCode: 4 });
  await expect(counted).rejects.toThrow(message);
});

test("what is not there, or not known, is refused with its way out", async () => {
  await expect(countDataset({}, { file: "/nowhere/rows.jsonl" })).rejects.toMatchObject({
    code: "FT-ROWS-002",
  });
  const file = written("d.jsonl", ["{}"]);
  await expect(countDataset({}, { file, encoding: "o200" })).rejects.toMatchObject({
    code: "FT-TOKENS-002",
    exitCode: 2,
  });
  await expect(countDataset({}, { file, model: "unheard-of" })).rejects.toMatchObject({
    code: "FT-TOKENS-004",
  });
});
