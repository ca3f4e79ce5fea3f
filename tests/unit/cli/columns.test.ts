// Answers side by side: every word is there, no line is wider than the terminal, narrow ones get them below each other.
import { expect, test } from "vitest";
import { columns, wrapped } from "../../../src/cli/render/columns.ts";

const long = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen";
const texts = [
  { title: "base", text: long },
  { title: "tuned", text: `${"#".repeat(90)}\n\nshort` },
];

test("wide: in columns", () => {
  const shown = columns(texts, 100);
  expect(shown.split("\n")[0]).toMatch(/^base +tuned$/);
  for (const line of shown.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  for (const word of long.split(" ")) expect(shown).toContain(word);
  expect(shown.match(/#/g)).toHaveLength(90);
});

test("narrow: one below the other", () => {
  expect(columns(texts, 40)).toBe(`base:\n${long}\n\ntuned:\n${"#".repeat(90)}\n\nshort`);
});

test("lines break between words", () => {
  expect(wrapped("aa bb cc", 5)).toEqual(["aa bb", "cc"]);
  expect(wrapped("", 5)).toEqual([""]);
});
