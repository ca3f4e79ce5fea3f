// Samples and statistics of datasets.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sampleDataset } from "../../../src/app/data/sample.ts";
import { datasetStatistics } from "../../../src/app/data/statistics.ts";
import { tokenCounter } from "../../../src/synth/tokens/encodings.ts";

const folder = mkdtempSync(join(tmpdir(), "ft-sample-"));

function written(name: string, rows: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  return file;
}

const topics = Array.from({ length: 60 }, (_, at) => ({
  id: `r${at}`,
  topic: at < 40 ? "a" : at < 55 ? "b" : "c",
}));

async function drawn(rows: readonly object[], request: object): Promise<{ id: string }[]> {
  const output = join(folder, "drawn.jsonl");
  const file = written("rows.jsonl", rows);
  await sampleDataset({}, { file, output, even: false, seed: 0, ...request });
  const lines = readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as { id: string });
}

test("the same rows by the same seed, in their order, whatever order they came in", async () => {
  const rows = await drawn(topics, { count: 12 });
  expect(rows.length).toBe(12);
  const turned = await drawn(topics.toReversed(), { count: 12 });
  expect(turned.toReversed()).toEqual(rows);
  expect(await drawn(topics, { count: 12, seed: 1 })).not.toEqual(rows);
  expect((await drawn(topics, { share: 0.5 })).length).toBe(30);
  expect((await drawn(topics, { count: 100 })).length).toBe(60);
});

test("each topic its share, or as many", async () => {
  const file = written("rows.jsonl", topics);
  const request = { file, output: join(folder, "o"), count: 12, stratify: "topic", seed: 0 };
  const share = await sampleDataset({}, { ...request, even: false });
  expect(share.strata).toEqual({ a: 8, b: 3, c: 1 });
  const even = await sampleDataset({}, { ...request, even: true, count: 20 });
  expect(even.strata).toEqual({ a: 8, b: 7, c: 5 });
  const neither = sampleDataset({}, { ...request, even: false, count: undefined });
  await expect(neither).rejects.toMatchObject({ code: "FT-ROWS-005", exitCode: 2 });
});

test("statistics: rows, forms, turns, characters, tokens, by field and by file", async () => {
  const talk = {
    messages: [
      { role: "user", content: "Where?" },
      { role: "assistant", content: "There." },
      { role: "user", content: "When?" },
      { role: "assistant", content: "Now, at once." },
    ],
    source: { file: "a.md" },
    meta: { mode: "create" },
  };
  const first = written("first.jsonl", [talk, { text: "one two", split: "train" }]);
  const second = written("second.jsonl", [{ instruction: "Say", output: "Two", split: "train" }]);
  const told = await datasetStatistics(
    {},
    { files: [first, second], encoding: "o200k", by: ["split", "mode", "source"] },
  );
  const counter = await tokenCounter("o200k");
  const tokens = ["Where?", "There.", "When?", "Now, at once."].reduce(
    (sum, text, at) =>
      sum + 3 + counter.text(at % 2 === 0 ? "user" : "assistant") + counter.text(text),
    3,
  );
  expect(told).toMatchObject({
    rows: 3,
    forms: { messages: 1, text: 1, instruction: 1 },
    roles: { user: 3, assistant: 3, text: 1 },
    turns: { total: 3, least: 0, median: 1, most: 2 },
    answerCharacters: { total: 6 + 13 + 3 },
    tokens: { total: tokens + 4, most: tokens, least: 2 },
    by: {
      split: { train: { rows: 2, tokens: 4 } },
      mode: { create: { rows: 1, tokens } },
      source: { "a.md": { rows: 1, tokens } },
    },
    files: { [first]: { rows: 2, tokens: tokens + 2 }, [second]: { rows: 1, tokens: 2 } },
  });
});

test("a sample of no rows is none", async () => {
  const none = drawn(topics, { share: 0.001 });
  await expect(none).rejects.toMatchObject({ code: "FT-ROWS-010", exitCode: 2 });
});
