// Masks over whole vocabularies, beside the same text written byte by byte: a token is allowed if and only if its bytes
// are, one after the other. So what is known of plain text beforehand, and shared between counts, changes nothing.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { Random } from "../../../../src/core/random.ts";
import {
  type Constraint,
  grammarConstraint,
  jsonSchemaConstraint,
  regexConstraint,
  type TokenVocabulary,
  vocabularyOf,
} from "../../../../src/generate/constraints/index.ts";
import { loadTokenizer } from "../../../../src/text/index.ts";
import {
  allowedTokens,
  byteVocabulary,
  canWrite,
  isAllowed,
  randomText,
  textOf,
  vocabularyOfTexts,
} from "../../../support/constraints.ts";

const folder = (path: string): string => new URL(`../../../../${path}`, import.meta.url).pathname;

async function vocabulary(path: string): Promise<TokenVocabulary> {
  const tokenizer = await loadTokenizer(folder(path));
  return vocabularyOf(tokenizer, tokenizer.vocabularySize, tokenizer.stopTokenIds);
}

const bundled = await vocabulary("data/models/builtin-tiny");
const llama2 = await vocabulary("tests/fixtures/text/tokenizers/llama2");
const gemma = await vocabulary("tests/fixtures/text/tokenizers/gemma");

type Make = (tokens: TokenVocabulary) => Constraint;
const schema =
  (value: unknown): Make =>
  (tokens) =>
    jsonSchemaConstraint(value, tokens);

const makes: [name: string, make: Make][] = [
  ["any value", schema({})],
  ["an open string", schema({ type: "string" })],
  ["a string that is long enough", schema({ type: "string", minLength: 30 })],
  ["a string that is nearly full", schema({ type: "string", maxLength: 9 })],
  [
    "strings of two lengths",
    schema({
      anyOf: [
        { type: "string", maxLength: 3 },
        { type: "string", minLength: 6, maxLength: 8 },
      ],
    }),
  ],
  [
    "a string or one of some",
    schema({ anyOf: [{ enum: ["the answer", "the question"] }, { type: "string", maxLength: 5 }] }),
  ],
  ["words", schema({ type: "string", pattern: "^[A-Z][a-z]* [a-z]+$" })],
  [
    "free names",
    schema({
      type: "object",
      properties: { name: { type: "string" } },
      additionalProperties: { type: "number" },
    }),
  ],
  ["no quotes", (tokens) => regexConstraint('[^"]{0,12}"', tokens)],
  ["plain text, then plain text", (tokens) => regexConstraint(".{0,4}[ -~]{3}", tokens)],
  [
    "a list in a grammar",
    (tokens) =>
      grammarConstraint('root ::= item ("\\n" item)*\nitem ::= " "? [^\\n]{1,20}', tokens),
  ],
];

/** By the bytes: whether `token` may follow what was written. */
function follows(bytewise: Constraint, written: Uint8Array, own: Uint8Array): boolean {
  const state = bytewise.begin();
  for (const byte of written) state.accept(byte);
  for (const byte of own) {
    if (!isAllowed(state.allowed(), byte)) return false;
    state.accept(byte);
  }
  return true;
}

function compare(make: Make, tokens: TokenVocabulary, seed: number): void {
  const constraint = make(tokens);
  const bytewise = make(byteVocabulary);
  const random = Random.fromSeed(seed);
  const path = randomText(constraint, tokens, random, { free: 6, most: 8 }).tokens;
  for (let length = 0; length <= path.length; length++) {
    const before = path.slice(0, length);
    const state = constraint.begin();
    for (const token of before) state.accept(token);
    const written = Buffer.concat(
      before.map(
        (token, at) =>
          (at === 0 ? tokens.firstBytes?.get(token) : undefined) ??
          tokens.bytes[token] ??
          Buffer.alloc(0),
      ),
    );
    const allowed = new Set(allowedTokens(state));
    const wrong = tokens.bytes.flatMap((bytes, token) => {
      if (tokens.endTokens.includes(token)) return [];
      const own = (length === 0 ? tokens.firstBytes?.get(token) : undefined) ?? bytes;
      const isRight = own !== undefined && own.length > 0 && follows(bytewise, written, own);
      return isRight === allowed.has(token) ? [] : [token];
    });
    expect(wrong, `after ${written.toString("latin1")}`).toEqual([]);
    const isWhole = canWriteBytes(bytewise, written);
    for (const end of tokens.endTokens) expect(allowed.has(end)).toBe(isWhole);
  }
}

function canWriteBytes(bytewise: Constraint, written: Uint8Array): boolean {
  const state = bytewise.begin();
  for (const byte of written) state.accept(byte);
  return isAllowed(state.allowed(), byteVocabulary.endTokens[0] ?? -1);
}

test.each(makes)("%s", { timeout: 120_000 }, (_, make) => {
  compare(make, bundled, 1);
  compare(make, bundled, 2);
});

test.each(makes)("%s, in SentencePiece's tokens", { timeout: 120_000 }, (_, make) => {
  for (const seed of [1, 2, 3]) compare(make, llama2, seed);
  compare(make, gemma, 1);
});

test("a first space that the decoder drops is no part of the text", async () => {
  const path = "tests/fixtures/text/tokenizers/llama2";
  const tokenizer = await loadTokenizer(folder(path));
  const idOf = (token: string): number => tokenizer.tokenToId(token) ?? -1;
  const state = regexConstraint("the( the)*", llama2).begin();
  expect(isAllowed(state.allowed(), idOf("▁the"))).toBe(true);
  state.accept(idOf("▁the"));
  expect(isAllowed(state.allowed(), idOf("▁the"))).toBe(true);
  state.accept(idOf("▁the"));
  expect(tokenizer.decode([idOf("▁the"), idOf("▁the")])).toBe("the the");
  expect(state.isFinished).toBe(false);
  // Gemma's decoder drops none.
  expect(gemma.firstBytes).toBeUndefined();
});

test.each([
  ["data/models/builtin-tiny", "SELECT name, größe FROM “tab” WHERE x = '😀'"],
  ["tests/fixtures/text/tokenizers/llama2", "the größe of 😀\n is\tthis"],
  ["tests/fixtures/text/tokenizers/gemma", " the größe of 😀\n is\tthis"],
  ["tests/fixtures/text/tokenizers/qwen", "the größe of 😀\n is\tthis"],
  ["tests/fixtures/text/tokenizers/unigram", "the user said this"],
])("tokens of %s write what the tokenizer decodes", async (path, text) => {
  const tokenizer = await loadTokenizer(folder(path));
  const tokens = await vocabulary(path);
  const ids = tokenizer.encode(text);
  expect(ids.length).toBeGreaterThan(3);
  expect(textOf(tokens, ids)).toBe(tokenizer.decode(ids));
  const specials = tokenizer.specialContents.map((one) => tokenizer.tokenToId(one) ?? 0);
  expect(specials.filter((id) => tokens.bytes[id] !== undefined)).toEqual([]);
});

test("a tokenizer whose tokens have no bytes is refused", async () => {
  await expect(vocabulary("tests/fixtures/text/tokenizers/wordpiece")).rejects.toMatchObject({
    code: "FT-MODEL-027",
  });
});

test("what a vocabulary has no token for is not begun", () => {
  const letters = ["a", "b", "é", "[", "]", ","].map((one) => Buffer.from(one, "utf8"));
  const tokens: TokenVocabulary = { bytes: [...letters, undefined], endTokens: [6], size: 7 };
  const state = regexConstraint("a?(é|ö|bx)c?", tokens).begin();
  expect(allowedTokens(state)).toEqual([0, 2]);
  expect(() => regexConstraint("ab*c", tokens)).toThrow("nothing can satisfy");
});

test("tokens that hold a whole count, or too little of it", () => {
  const pieces = ['"', "a", 'aaaa"', 'aaaaaaaa"', '"aaaa"', '"aaaaaaaa', '"aaaaaaaa"', "aaaaaaaa"];
  const tokens = vocabularyOfTexts(pieces);
  const follow = (schema: object, ...before: number[]): (string | undefined)[] => {
    const state = jsonSchemaConstraint({ type: "string", ...schema }, tokens).begin();
    for (const token of before) state.accept(token);
    return allowedTokens(state).map((token) => pieces[token]);
  };
  expect(follow({ minLength: 6 })).toEqual(['"', '"aaaaaaaa', '"aaaaaaaa"']);
  expect(follow({ minLength: 6 }, 0)).toEqual(["a", 'aaaaaaaa"', "aaaaaaaa"]);
  expect(follow({ minLength: 30, maxLength: 35 }, 0)).toEqual(["a", "aaaaaaaa"]);
  expect(follow({ minLength: 12, maxLength: 13 }, 5)).toEqual(["a", 'aaaa"']);
  expect(follow({ maxLength: 7 }, 0)).toEqual(['"', "a", 'aaaa"']);
  const listed = { anyOf: [{ enum: ["a".repeat(12)] }, { maxLength: 2 }] };
  expect(follow(listed, 0)).toEqual(['"', "a", "aaaaaaaa"]);
  expect(follow(listed, 5)).toEqual(["a", 'aaaa"']);
});

function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("a long text leaves nothing behind", { timeout: 120_000 }, () => {
  const constraint = jsonSchemaConstraint(
    { type: "string", minLength: 100_000, maxLength: 200_000 },
    byteVocabulary,
  );
  const state = constraint.begin();
  state.accept(0x22);
  const before = heldBytes();
  for (let at = 0; at < 60_000; at++) {
    if (at % 5 === 0) state.allowed();
    state.accept(0x61);
  }
  // What 4,000 states take, twice; all 60,000 took 300 MB.
  expect(heldBytes() - before).toBeLessThan(60_000_000);
  expect(canWrite(jsonSchemaConstraint({ type: "string" }, byteVocabulary), '"a"')).toBe(true);
});
