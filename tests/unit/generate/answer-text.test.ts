// Stop texts in an answer that comes token by token: none of it is told, and nothing before it is lost.
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { AnswerText } from "../../../src/generate/answer-text.ts";
import { loadTokenizer } from "../../../src/text/index.ts";
import type { Tokenizer } from "../../../src/text/types.ts";

let tokenizer: Tokenizer;
beforeAll(async () => {
  const folder = new URL("../../fixtures/text/tokenizers/qwen/", import.meta.url);
  tokenizer = await loadTokenizer(fileURLToPath(folder));
});

/** Pieces until a stop text, and the stop text. */
function told(text: string, stops: readonly string[]) {
  const answer = new AnswerText(tokenizer, stops);
  const pieces: string[] = [];
  for (const id of tokenizer.encode(text)) {
    const { text: piece, stopString } = answer.add(id);
    pieces.push(piece);
    if (stopString !== undefined) return { pieces, stopString };
  }
  const last = answer.end();
  return { pieces: [...pieces, last.text], stopString: last.stopString };
}

test.each([
  ["One.\nTwo.\n\nThree.", ["\n\n"], "One.\nTwo.", "\n\n"],
  ["One, two, three", ["two, t", "thr"], "One, ", "two, t"],
  ["aab aaab aaaab", ["aaaab"], "aab aaab ", "aaaab"],
  ["Grüße 👩‍🚀 und mehr", ["🚀"], "Grüße 👩‍", "🚀"],
  ["stop", ["stop"], "", "stop"],
  ["the sto", ["stop"], "the sto", undefined],
  ["plain", [], "plain", undefined],
  ["plain", [""], "plain", undefined],
])("%j until one of %j", (text, stops, before, stopString) => {
  const found = told(text, stops);
  expect(found.pieces.join("")).toBe(before);
  expect(found.stopString).toBe(stopString);
});

test("of two that begin at one place the longer one is met", () => {
  expect(told("xENDING", ["END", "ENDING"]).stopString).toMatch(/^END/);
});

test("what cannot become a stop text is told at once", () => {
  const answer = new AnswerText(tokenizer, ["###"]);
  const pieces = tokenizer.encode("one two three").map((id) => answer.add(id).text);
  expect(pieces.every((piece) => piece !== "")).toBe(true);
});
