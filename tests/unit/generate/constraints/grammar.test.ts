// Grammars and choices as constraints.
import { expect, test } from "vitest";
import { ConfigError } from "../../../../src/core/errors.ts";
import { Random } from "../../../../src/core/random.ts";
import {
  choicesConstraint,
  grammarConstraint,
} from "../../../../src/generate/constraints/index.ts";
import {
  allowedTokens,
  byteVocabulary,
  canWrite,
  randomText,
  vocabularyOfTexts,
} from "../../../support/constraints.ts";
import { refusal } from "../../../support/refusal.ts";

const sums = `
# sums in brackets
root  ::= term (("+" | "-") term)*   # a comment behind a rule
term  ::= number |
          "(" root ")"
number ::= "0" | [1-9] [0-9]{0,2}
`;

test("a grammar's texts, and no others", () => {
  const constraint = grammarConstraint(sums, byteVocabulary);
  const texts = [
    "1",
    "0+0",
    "(1-20)",
    "((7))",
    "(1+(2-3))-400",
    "(".repeat(80) + "1" + ")".repeat(80),
  ];
  expect(texts.filter((text) => !canWrite(constraint, text))).toEqual([]);
  const others = ["", "01", "1+", "(1", "1)", "1000", "1 + 1", "()"];
  expect(others.filter((text) => canWrite(constraint, text))).toEqual([]);
});

test("tokens over the ends of rules", () => {
  const pieces = ["((", "))", "(1", "1)", ")+", "+(", "1", "(", ")", "1))", ")))", "+", "-"];
  const vocabulary = vocabularyOfTexts([...pieces, ..."0 2 3 4 5 6 7 8 9".split(" ")]);
  const state = grammarConstraint(sums, vocabulary).begin();
  const names = (): (string | undefined)[] =>
    allowedTokens(state)
      .map((token) => pieces[token])
      .filter((piece) => piece !== undefined);
  expect(names()).toEqual(["((", "(1", "1", "("]);
  state.accept(0);
  expect(names()).toEqual(["((", "(1", "1)", "1", "(", "1))"]);
  state.accept(6);
  expect(names()).toEqual(["))", "1)", ")+", "+(", "1", ")", "1))", "+", "-"]);
});

test("escapes, classes, repetitions and brackets over lines", () => {
  const grammar = String.raw`
root ::= (
  "a\n" # within brackets lines may end anywhere
  | [^\x00-\x7Fé]{2,} "\"" .
) end{1}
end ::= [\]\-x]? "\u00e9" "\U0001F600"`;
  const constraint = grammarConstraint(grammar, byteVocabulary);
  expect(canWrite(constraint, "a\né😀")).toBe(true);
  expect(canWrite(constraint, 'ßü"\n]é😀')).toBe(true);
  expect(canWrite(constraint, 'ß"\n]é😀')).toBe(false);
  expect(canWrite(constraint, 'ßé"\n]é😀')).toBe(false);
  expect(canWrite(constraint, "a\n[é😀")).toBe(false);
});

test("texts by chance end in the language", () => {
  const constraint = grammarConstraint(sums, byteVocabulary);
  for (let seed = 0; seed < 50; seed++) {
    const { text, isWhole } = randomText(constraint, byteVocabulary, Random.fromSeed(seed));
    expect(isWhole).toBe(true);
    expect(text).toMatch(/^[-+()\d]+$/);
    expect(canWrite(constraint, text)).toBe(true);
  }
});

test("what only may be empty does not lead round", () => {
  const constraint = grammarConstraint(
    'root ::= (a* b?)* "."\na ::= "x"?\nb ::= a a',
    byteVocabulary,
  );
  expect(["", ".", "xxx."].map((text) => canWrite(constraint, text))).toEqual([false, true, true]);
});

test.each([
  ['root ::= root "a" | "b"', "002", "rule root"],
  ['root ::= a? root2\na ::= "x"\nroot2 ::= a* root', "002", "rule root"],
  ['root ::= "a" root', "003", "rule root"],
  ['a ::= "b"', "001", "line 1"],
  ["root ::= b", "001", "line 1"],
  ['root ::= "a"\nroot ::= "b"', "001", "line 2"],
  ['root ::= "a', "001", "line 1"],
  ['root ::= ("a"', "001", "line 1"],
  ["root ::= [z-a]", "001", "line 1"],
  ['root ::= "a" )', "001", "line 1"],
  ['root = "a"', "001", "line 1"],
  ['root ::= "\\q"', "001", "line 1"],
  ["root ::= <think>", "002", "line 1"],
  ['\n\nroot ::= ("ab"){1,99999}', "004", "line 3"],
  [`root ::= ${"(".repeat(200)}"a"${")".repeat(200)}`, "004", "line 1"],
])("%s is refused", (grammar, code, field) => {
  const error = refusal(() => grammarConstraint(grammar, byteVocabulary), ConfigError);
  expect([error.code, error.at?.field]).toEqual([`FT-CONSTRAINT-${code}`, field]);
});

test("one of several texts", () => {
  const constraint = choicesConstraint(["get_weather", "get", "größe"], byteVocabulary);
  expect(canWrite(constraint, "get")).toBe(true);
  expect(canWrite(constraint, "get_weather")).toBe(true);
  expect(canWrite(constraint, "größe")).toBe(true);
  expect(canWrite(constraint, "get_")).toBe(false);
  const state = constraint.begin();
  expect(allowedTokens(state)).toEqual([0x67]);
  const error = refusal(() => choicesConstraint([], byteVocabulary), ConfigError);
  expect(error.code).toBe("FT-CONSTRAINT-003");
});
