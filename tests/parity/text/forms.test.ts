// Tokenizers that stand alone, as SentencePiece models, tiktoken files and Tekken, give the ids of their own libraries.
// To make the expected values again: python tests/fixtures/text/make_forms.py
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { loadTokenizer } from "../../../src/text/index.ts";

const folder = path.join(import.meta.dirname, "../../fixtures/text/forms");
const root = mkdtempSync(path.join(tmpdir(), "ft-forms-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Row {
  text: string;
  /** Of the form's own library. */
  ids: number[];
  decoded: string;
  /** Of transformers with `legacy: false`, where it departs. */
  transformers?: number[];
}

const rowsOf = (name: string): Row[] =>
  JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8")) as Row[];

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test("every form is compared", () => {
  expect(names).toEqual([
    ...["bpe-without-prefix", "llama-bpe", "tekken", "tekken-old", "tiktoken-kimi"],
    ...["tiktoken-qwen", "tiktoken-usual", "unigram-bytes", "unigram-nfkc"],
  ]);
});

/** What a normalizer took away does not come back, and SentencePiece writes ⁇ for what it does not know. */
const changesText = (name: string): boolean => name.startsWith("unigram");

/**
 * What the `tokenizers` library, here and in transformers, reads otherwise than SentencePiece: more than one mark on a
 * letter is not composed with it, and in a Unigram model the name of a byte's piece is found in text.
 */
const departures: Readonly<Record<string, readonly string[]>> = {
  "unigram-nfkc": ["stacked"],
  "unigram-bytes": ["stacked", "<0x0A>", "nfkc", "ệ"],
};

describe.each(names)("%s", (name) => {
  test("ids, and the text of them", async () => {
    const tokenizer = await loadTokenizer(path.join(folder, name));
    const departing = departures[name] ?? [];
    for (const { text, ids, decoded } of rowsOf(name)) {
      if (departing.some((part) => text.includes(part))) continue;
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      if (!changesText(name)) expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded);
    }
  });
});

test("with legacy: false, the ids are those of transformers", async () => {
  const place = path.join(root, "newer");
  cpSync(path.join(folder, "llama-bpe"), place, { recursive: true });
  const config = { tokenizer_class: "LlamaTokenizer", legacy: false };
  writeFileSync(path.join(place, "tokenizer_config.json"), JSON.stringify(config));
  const tokenizer = await loadTokenizer(place);
  const rows = rowsOf("llama-bpe");
  expect(rows.filter(({ transformers }) => transformers !== undefined).length).toBeGreaterThan(3);
  for (const { text, ids, transformers } of rows)
    expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(transformers ?? ids);
});

test("special tokens have roles, ids and their place around a text", async () => {
  const llama = await loadTokenizer(path.join(folder, "llama-bpe"));
  expect([llama.bosTokenId, llama.eosTokenId]).toEqual([1, 2]);
  const [first, ...rest] = llama.encode("a river", { addSpecialTokens: true });
  expect(first).toBe(1);
  expect(rest).toEqual(llama.encode("a river"));
  expect(llama.encode("a</s>").at(-1)).toBe(2);
  const tekken = await loadTokenizer(path.join(folder, "tekken"));
  expect(tekken.specialTokens).toMatchObject({ bos_token: "<s>", eos_token: "</s>" });
  expect(tekken.encode("[INST]", { addSpecialTokens: true })).toEqual([1, 3]);
  expect(tekken.idToToken(39)).toBe("<SPECIAL_39>");
  const tiktoken = await loadTokenizer(path.join(folder, "tiktoken-usual"));
  const at = tiktoken.tokenToId("<|special_0|>") ?? 0;
  expect(tiktoken.encode("a<|special_3|>").at(-1)).toBe(at + 3);
  expect(tiktoken.idToToken(at + 2)).toBe(`<|reserved_token_${at + 2}|>`);
  expect(tiktoken.encode("a", { addSpecialTokens: true })).toEqual(tiktoken.encode("a"));
});

test("tokenizer_config.json decides what frames a text", async () => {
  const place = path.join(root, "framed");
  cpSync(path.join(folder, "llama-bpe"), place, { recursive: true });
  const config = { add_bos_token: false, add_eos_token: true };
  writeFileSync(path.join(place, "tokenizer_config.json"), JSON.stringify(config));
  const tokenizer = await loadTokenizer(place);
  const ids = tokenizer.encode("a", { addSpecialTokens: true });
  expect(ids).toEqual([...tokenizer.encode("a"), 2]);
});
