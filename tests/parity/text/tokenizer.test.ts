// Ids, spans and decoded text equal Python's tokenizers, over kinds of tokenizers and strings chosen to hurt.
// To make the expected values again: python tests/fixtures/text/make_tokenizers.py
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../../../src/text/index.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");

interface Row {
  text: string;
  ids: number[];
  withSpecial: number[];
  offsets: [number, number][];
  decoded: string;
  decodedSkipping: string;
}

function rowsOf(kind: string): Row[] {
  return JSON.parse(readFileSync(path.join(fixtures, "ids", `${kind}.json`), "utf8")) as Row[];
}

const kinds = readdirSync(path.join(fixtures, "ids")).map((file) => path.parse(file).name);

test("there are tokenizers of every kind to compare", () => {
  expect(kinds.length).toBeGreaterThanOrEqual(9);
  expect(rowsOf("qwen").length).toBeGreaterThan(70);
});

describe.each(kinds)("%s", (kind) => {
  const rows = rowsOf(kind);

  test("ids, spans and decoded text", async () => {
    const tokenizer = await loadTokenizer(path.join(fixtures, "tokenizers", kind));
    for (const row of rows) {
      const { ids, offsets } = tokenizer.encodeWithOffsets(row.text);
      expect({ ids, offsets }, JSON.stringify(row.text)).toEqual({
        ids: row.ids,
        offsets: row.offsets,
      });
      expect(tokenizer.encode(row.text)).toEqual(row.ids);
      expect(tokenizer.encode(row.text, { addSpecialTokens: true })).toEqual(row.withSpecial);
      expect(tokenizer.decode(row.ids)).toBe(row.decoded);
      expect(tokenizer.decode(row.ids, { skipSpecialTokens: true })).toBe(row.decodedSkipping);
    }
  });
});

test("a folder with vocab.json and merges.txt equals the one with tokenizer.json", async () => {
  const old = await loadTokenizer(path.join(fixtures, "tokenizers", "gpt2-old"));
  expect(old.eosTokenId).toBe(old.tokenToId("<|endoftext|>"));
  for (const row of rowsOf("gpt2")) {
    expect(old.encode(row.text), JSON.stringify(row.text)).toEqual(row.ids);
    expect(old.decode(row.ids)).toBe(row.decoded);
  }
});
