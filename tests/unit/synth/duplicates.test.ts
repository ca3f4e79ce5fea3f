// Duplicates: a labelled set in six languages, the measures that it rests on, and what the files say.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { dedupe, type DedupeRequest } from "../../../src/app/data/dedupe.ts";
import { Random } from "../../../src/core/random.ts";
import {
  editDistance,
  editSimilarity,
} from "../../../src/synth/clean/duplicates/edit-similarity.ts";
import { findDuplicates } from "../../../src/synth/clean/duplicates/find-duplicates.ts";
import { normalText } from "../../../src/synth/clean/duplicates/normal-text.ts";
import { TextSpool } from "../../../src/synth/clean/duplicates/text-spool.ts";
import { readLineBlocks } from "../../../src/synth/rows/row-blocks.ts";
import { languages, labelledSet, pairScore } from "../../support/edited-texts.ts";

const folder = mkdtempSync(join(tmpdir(), "ft-duplicates-"));

function written(name: string, rows: readonly unknown[]): string {
  const file = join(folder, name);
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join("\n"));
  return file;
}

const usual: Omit<DedupeRequest, "file"> = {
  threshold: 0.8,
  keep: "first",
  show: 0,
  meaning: 0.85,
};

const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** The table that everybody writes. */
function plainDistance(first: string, second: string): number {
  let row = Array.from({ length: second.length + 1 }, (_, at) => at);
  for (let down = 1; down <= first.length; down++) {
    const next = [down];
    for (let at = 1; at <= second.length; at++) {
      const replaced = row[at - 1]! + (first[down - 1] === second[at - 1] ? 0 : 1);
      next.push(Math.min(row[at]! + 1, next[at - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[second.length]!;
}

test("edits are counted as by the plain table, also within a limit", () => {
  const random = Random.fromSeed(3);
  const drawn = (length: number): string =>
    Array.from({ length: random.integer(length) + 1 }, () => "abcd"[random.integer(4)]).join("");
  for (let round = 0; round < 400; round++) {
    const first = drawn(150);
    const edited = first.replaceAll(/./g, (letter) => (random.next() < 0.1 ? "dd" : letter));
    const second = round % 2 === 0 ? edited : drawn(150);
    const expected = plainDistance(first, second);
    const most = random.integer(100);
    expect(editDistance(first, second)).toBe(expected);
    expect(editDistance(first, second, most)).toBe(expected > most ? undefined : expected);
  }
  expect(editSimilarity("", "")).toBe(1);
});

describe("a labelled set", () => {
  test.each([
    { texts: 60, size: 100, seed: 5 },
    { texts: 60, size: 15, seed: 6 },
    { texts: 400, size: 40, seed: 7 },
  ])("$texts texts of $size words, with 2, 5 and 10 % edits, in six languages", async (options) => {
    const rows = labelledSet(options);
    const file = written(
      `set-${options.seed}.jsonl`,
      rows.map(({ id, text }) => ({ id, text })),
    );
    using found = await findDuplicates(readLineBlocks(file), { file, threshold: 0.8 });
    const score = (own: typeof rows): number =>
      pairScore(
        own.map(({ group }) => group),
        own.map((row) => String(found.keptFor(rows.indexOf(row)))),
      ).f1;
    expect(score(rows)).toBeGreaterThanOrEqual(0.97);
    for (const language of languages)
      expect(score(rows.filter(({ group }) => group.startsWith(language)))).toBeGreaterThan(0.97);
  });
});

test("case, width, spaces and marks count nothing; another number in a short text does", async () => {
  const rows = [
    { text: "What is 17 + 25?" },
    { text: "what is 17+25" },
    { text: "What is 17 + 26?" },
    { text: "ＷＨＡＴ  is 17 + 25 ？" },
  ];
  const output = join(folder, "marks-out.jsonl");
  const told = await dedupe({}, { ...usual, file: written("marks.jsonl", rows), output });
  expect(told).toMatchObject({ rows: 4, kept: 2, clusters: 1 });
  expect(linesOf(output)).toEqual([rows[0], rows[2]]);
});

test("rows of the same words and other pictures, and rows without words, are no duplicates", async () => {
  const shown = (picture: string) => [
    { type: "text", text: "What can be seen in this picture of the harbor?" },
    { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } },
  ];
  const asked = (content: unknown) => ({
    messages: [
      { role: "user", content },
      { role: "assistant", content: "A boat that is being painted." },
    ],
  });
  const named = (image: string) => ({ ...asked("What can be seen in it?"), images: [image] });
  const different = [
    ...[asked(shown("AAAA")), asked(shown("BBBB")), named("a.png"), named("b.png")],
    ...[{ foo: 1 }, { foo: 2 }, { messages: [] }, { messages: {} }, { text: "" }],
    ...[{ text: "!!!" }, { text: "???" }],
  ];
  const rows = [...different, asked(shown("AAAA")), named("b.png"), { id: "x", foo: 2 }];
  const output = join(folder, "pictures-out.jsonl");
  const told = await dedupe({}, { ...usual, file: written("pictures.jsonl", rows), output });
  expect(linesOf(output)).toEqual(different);
  expect(told).toMatchObject({ rows: 14, kept: 11, exact: 3, clusters: 3 });
});

test("each row has a line in the clusters, also one that is alone", async () => {
  const text =
    "The river runs past the houses where nobody waits for the late train from the harbor";
  const rows = [
    { id: "a", text },
    { id: 7, text: "Something else altogether stands in this row" },
    { text: `${text} again` },
    { id: "d", text },
  ];
  const [output, clusters] = [join(folder, "o.jsonl"), join(folder, "c.jsonl")];
  const file = written("four.jsonl", rows);
  const told = await dedupe({}, { ...usual, file, output, clusters, show: 1 });
  expect(linesOf(clusters)).toEqual([
    { id: "a", cluster: 0, keptId: "a" },
    { id: "7", cluster: 1, keptId: "7" },
    { id: "3", cluster: 0, keptId: "a" },
    { id: "d", cluster: 0, keptId: "a" },
  ]);
  expect(told).toMatchObject({ kept: 2, dropped: 2, exact: 1, near: 1, normalized: 0 });
  expect(told.shown?.[0]?.rows.map(({ id, likeness }) => [id, likeness])).toEqual([
    ["a", "kept"],
    ["3", "near"],
    ["d", "exact"],
  ]);
  await dedupe({}, { ...usual, file, output, keep: "longest" });
  expect(linesOf(output)).toEqual([rows[1], rows[2]]);
});

test("conversations that share their system's text alone are no duplicates", async () => {
  const system = "You are a careful assistant who answers politely and briefly. ".repeat(20);
  const ask = (user: string, assistant: string): object => ({
    messages: [
      { role: "system", content: system },
      { role: "user", content: user },
      { role: "assistant", content: assistant },
    ],
  });
  const rows = [ask("Where is the harbor?", "South."), ask("Who repairs cables?", "The company.")];
  const output = join(folder, "systems.jsonl");
  const told = await dedupe({}, { ...usual, file: written("s.jsonl", rows), output });
  expect(told.kept).toBe(2);
});

test("an encoder has the last word on near ones", async () => {
  const text =
    "The river runs past the houses where nobody waits for the late train from the harbor";
  const file = written("asked.jsonl", [{ text }, { text: `${text} never` }, { text }]);
  const asked: string[] = [];
  const meansTheSame = async (pairs: readonly { first: string; second: string }[]) =>
    pairs.map(({ first, second }) => asked.push(first, second) < 0);
  using found = await findDuplicates(readLineBlocks(file), { file, threshold: 0.8, meansTheSame });
  expect([0, 1, 2].map((row) => found.keptFor(row))).toEqual([0, 1, 0]);
  expect(asked.length).toBe(2);
});

test("texts are the same from memory and from the disk", () => {
  using spool = new TextSpool();
  const large = Buffer.from("x".repeat(80 * 1024 * 1024));
  spool.append(large, Uint32Array.of(large.length));
  spool.append(Buffer.from("onetwo"), Uint32Array.of(3, 6));
  spool.append(large, Uint32Array.of(large.length));
  spool.append(Buffer.from("last"), Uint32Array.of(4));
  expect([1, 2, 4].map((at) => spool.get(at))).toEqual(["one", "two", "last"]);
});

test("normal text", () => {
  expect(normalText("  Grüße,  ＡＢＣ!\n\tx_y ")).toBe("grüße abc xy");
  expect(normalText("don't; a/b (c) $5 + 3")).toBe("dont ab c $5 + 3");
});
