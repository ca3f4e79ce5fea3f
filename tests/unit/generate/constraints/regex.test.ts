// Regular expressions as constraints, beside JavaScript's own: every text and every token, over small alphabets.
import { expect, test } from "vitest";
import { ConfigError } from "../../../../src/core/errors.ts";
import { regexConstraint } from "../../../../src/generate/constraints/index.ts";
import {
  allowedTokens,
  byteVocabulary,
  canWrite,
  vocabularyOfTexts,
} from "../../../support/constraints.ts";
import { refusal } from "../../../support/refusal.ts";

/** Every text of these letters, up to a length. */
function textsOf(letters: readonly string[], longest: number): string[] {
  const texts = [""];
  for (let at = 0; at < texts.length; at++) {
    const text = texts[at] ?? "";
    if (Array.from(text).length < longest) texts.push(...letters.map((letter) => text + letter));
  }
  return texts;
}

const patterns: [pattern: string, letters: string[], longest: number][] = [
  ["(ab|a)*b?", ["a", "b"], 7],
  ["a{2,4}b{1,3}", ["a", "b"], 8],
  ["(a|aa|aaa){2}", ["a", "b"], 7],
  ["((a?){3}b){1,2}", ["a", "b"], 9],
  ["(a*)*b", ["a", "b"], 6],
  ["^a|b$", ["a", "b"], 3],
  ["(^a|b)c", ["a", "b", "c"], 4],
  ["[^a]b+?", ["a", "b", "é"], 5],
  [".é[à-ü]?", ["a", "é", "ü", "\n"], 4],
  ["\\d[\\w-]\\s", ["1", "-", " ", "_"], 4],
  ["^(?=.*b)(?!.*aa)[ab]{1,4}$", ["a", "b"], 5],
  ["\\u{1F600}|\\uD83D\\uDE01|\\x41", ["😀", "😁", "A"], 3],
  ["(?:a|(?<name>b)){2}c??", ["a", "b", "c"], 4],
  ["a{3}|a{5}|a{6}", ["a", "b"], 8],
  ["\\p{Lu}\\P{L}*", ["É", "a", "1", "🙂"], 4],
  ["[]|a[^]", ["a", "b", "\n"], 3],
];

test.each(patterns)("the texts of %s are JavaScript's", (pattern, letters, longest) => {
  const constraint = regexConstraint(pattern, byteVocabulary);
  const expected = new RegExp(`^(?:${pattern})$`, "u");
  const wrong = textsOf(letters, longest).filter(
    (text) => expected.test(text) !== canWrite(constraint, text),
  );
  expect(wrong).toEqual([]);
});

/** Bytes as letters, so that a text may end within a character. */
const latin = (bytes: string | Uint8Array): string => Buffer.from(bytes).toString("latin1");

test.each(patterns)(
  "a token is allowed under %s if and only if a text goes on with it",
  (pattern, letters, longest) => {
    const halves = letters.flatMap((letter) => {
      const bytes = Buffer.from(letter, "utf8");
      return bytes.length > 1 ? [bytes.subarray(0, 1), bytes.subarray(1)] : [];
    });
    const vocabulary = vocabularyOfTexts([...textsOf(letters, 2).slice(1), ...halves]);
    const constraint = regexConstraint(pattern, vocabulary);
    const expected = new RegExp(`^(?:${pattern})$`, "u");
    const whole = new Set(
      textsOf(letters, longest)
        .filter((text) => expected.test(text))
        .map(latin),
    );
    const begun = new Set([...whole].flatMap(prefixes));
    /** A text as long as this is complete within two letters more, or not begun. */
    const reach = longest - 2;
    const lengthOf = (text: string): number =>
      Array.from(Buffer.from(text, "latin1").toString()).length;
    let compared = 0;
    const look = (tokens: readonly number[], text: string): void => {
      const state = constraint.begin();
      for (const token of tokens) state.accept(token);
      const allowed = new Set(allowedTokens(state));
      expect(allowed.has(vocabulary.endTokens[0] ?? -1), text).toBe(whole.has(text));
      for (let token = 0; token < vocabulary.size - 1; token++) {
        const next = text + latin(vocabulary.bytes[token] ?? new Uint8Array());
        if (lengthOf(next) > reach) continue;
        expect(allowed.has(token), `${text} then ${token}`).toBe(begun.has(next));
        compared++;
        if (begun.has(next) && tokens.length < 3) look([...tokens, token], next);
      }
    };
    look([], "");
    expect(compared).toBeGreaterThan(1);
  },
);

function prefixes(text: string): string[] {
  return Array.from({ length: text.length }, (_, at) => text.slice(0, at + 1));
}

test("characters come whole though tokens cut them", () => {
  const constraint = regexConstraint("[ü-€]", byteVocabulary);
  const state = constraint.begin();
  expect(allowedTokens(state)).toContain(0xe2);
  state.accept(0xe2);
  state.accept(0x82);
  expect(state.isFinished).toBe(false);
  // Up to €, U+20AC.
  expect(allowedTokens(state).at(-1)).toBe(0xac);
  state.accept(0xac);
  expect(state.isFinished).toBe(true);
  expect(allowedTokens(state)).toEqual(byteVocabulary.endTokens);
});

test("what may not follow is refused, and the end where the text is not complete", () => {
  const state = regexConstraint("ab", byteVocabulary).begin();
  expect(() => state.accept(98)).toThrow(RangeError);
  expect(() => state.accept(256)).toThrow(RangeError);
  state.accept(97);
  state.accept(98);
  state.accept(256);
  expect(state.isFinished).toBe(true);
  expect(() => state.accept(97)).toThrow(RangeError);
});

test.each([
  ["(a", "001", "not closed"],
  ["a)", "001", "nothing opens"],
  ["*a", "001", "nothing stands before"],
  ["a{3,2}", "001", "ends before it begins"],
  ["[b-a]", "001", "ends before it begins"],
  ["a\\", "001", "ends too soon"],
  ["\\p{Nonsense}", "001", "property"],
  ["(a)\\1", "002", "reference"],
  ["(?<=a)b", "002", "lookbehind"],
  ["a\\b", "002", "boundary"],
  ["(?i:a)", "002", "group"],
  ["a(?=b)", "002", "lookahead"],
  ["(^a)*", "002", "within a repetition"],
  ["[]", "003", "matches"],
  ["^(?=b)a$", "003", "matches"],
  ["a{1,2000000}", "004", "repetition"],
  ["((a{1,100}b){1,100}c){1,100}", "004", "parts"],
  ["(".repeat(200) + ")".repeat(200), "004", "groups"],
])("%s is refused", (pattern, code, says) => {
  const error = refusal(() => regexConstraint(pattern, byteVocabulary), ConfigError);
  expect(error.code).toBe(`FT-CONSTRAINT-${code}`);
  expect(error.message).toContain(says);
  expect(error.at?.field).toBe("pattern");
});

test("a pattern is compiled once for a vocabulary", () => {
  expect(regexConstraint("a+", byteVocabulary)).toBe(regexConstraint("a+", byteVocabulary));
});
