// Text told token by token equals decoding every token at once, over every kind of tokenizer, for ids that no
// tokenizer would give and for characters that no single token holds; and a token's cost does not grow.
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../../../src/text/index.ts";
import { TextStream } from "../../../src/text/text-stream.ts";
import type { Tokenizer } from "../../../src/text/types.ts";

const tokenizers = path.join(import.meta.dirname, "../../fixtures/text/tokenizers");
const kinds = readdirSync(tokenizers);

const texts = [
  "The river selects seven stones, doesn't it? It ' s  so .",
  "  two leading spaces, then  more\n\n\tand a tab  ",
  "👩‍👩‍👧‍👦👍🏽🇫🇷 à e\u0301 你好世界 שלום Привет ไทย",
  "👍".repeat(60),
  "你".repeat(60),
  "a\ufffdb\ufffd\ufffd",
  " ".repeat(200) + "x" + "\n".repeat(90),
  "<|im_start|>user\nhi<|im_end|><s>[INST] x [/INST]</s><think>",
];

/** Small and repeatable (Park and Miller 1988). */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** What was told after each token, checked against the whole on the way. */
function follow(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const stream = new TextStream(tokenizer);
  const told: string[] = [];
  for (const [at, id] of ids.entries()) {
    told.push((told.at(-1) ?? "") + stream.add(id));
    const whole = tokenizer.decode(ids.slice(0, at + 1), { skipSpecialTokens: true });
    expect(stream.text).toBe(whole);
    expect(whole.startsWith(told.at(-1) ?? "")).toBe(true);
  }
  told.push((told.at(-1) ?? "") + stream.end());
  expect(stream.text).toBe(told.at(-1));
  return told;
}

describe.each(kinds)("%s", (kind) => {
  test("texts", async () => {
    const tokenizer = await loadTokenizer(path.join(tokenizers, kind));
    for (const text of texts) {
      const ids = tokenizer.encode(text, { addSpecialTokens: true });
      const whole = tokenizer.decode(ids, { skipSpecialTokens: true });
      const told = follow(tokenizer, ids);
      expect(told.at(-1)).toBe(whole);
      expect(told.every((part) => whole.startsWith(part))).toBe(true);
      const halves = told.filter((part) => /[\ud800-\udbff]$/.test(part));
      expect(halves).toEqual([]);
    }
  });

  test("random ids, also of bytes alone and beyond the vocabulary", async () => {
    const tokenizer = await loadTokenizer(path.join(tokenizers, kind));
    const random = generator(11);
    for (const limit of [260, tokenizer.vocabularySize + 2]) {
      for (let round = 0; round < 25; round++) {
        const ids = Array.from({ length: 60 }, () => Math.floor(random() * limit));
        const whole = tokenizer.decode(ids, { skipSpecialTokens: true });
        const told = follow(tokenizer, ids);
        expect(told.at(-1)).toBe(whole);
        expect(told.every((part) => whole.startsWith(part))).toBe(true);
      }
    }
  });

  test("ordinary text is told at once, and a long one costs no more a token than a short one", async () => {
    const tokenizer = await loadTokenizer(path.join(tokenizers, kind));
    let decoded = 0;
    const counting = Object.create(tokenizer, {
      idToToken: { value: (id: number) => tokenizer.idToToken(id) },
      decode: {
        value: (ids: readonly number[], options: { skipSpecialTokens?: boolean }) => {
          decoded += ids.length;
          return tokenizer.decode(ids, options);
        },
      },
    }) as Tokenizer;
    const ids = tokenizer.encode("the river selects seven stones. ".repeat(300));
    const stream = new TextStream(counting);
    let told = "";
    for (const id of ids) {
      told += stream.add(id);
      expect(stream.text.length - told.length).toBeLessThan(2);
    }
    told += stream.end();
    expect(told).toBe(tokenizer.decode(ids, { skipSpecialTokens: true }));
    // Once to tell and once for `text` above, each over a window of at most 17 tokens.
    expect(decoded).toBeLessThan(40 * ids.length);
  });
});

test("special tokens are told where they are asked for, and only those", async () => {
  const tokenizer = await loadTokenizer(path.join(tokenizers, "qwen"));
  const text = "<|im_start|>a 👍<|im_end|>\n<|im_start|> b<|im_end|>";
  const ids = tokenizer.encode(text);
  const stream = new TextStream(tokenizer, { shown: new Set(["<|im_end|>"]) });
  const told = ids.map((id) => stream.add(id));
  expect(told.join("") + stream.end()).toBe("a 👍<|im_end|>\n b<|im_end|>");
  expect(stream.text).toBe("a 👍<|im_end|>\n b<|im_end|>");
  expect(told.filter((piece) => piece.includes("<|im_end|>"))).toEqual([
    "<|im_end|>",
    "<|im_end|>",
  ]);
});
