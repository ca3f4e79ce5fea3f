// What a model folder says about its tokenizer, the odd texts, and what is told when files are bad.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { loadTokenizer } from "../../../src/text/index.ts";

const tokenizers = path.join(import.meta.dirname, "../../fixtures/text/tokenizers");
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "ft-tokenizer-"));
  cpSync(path.join(tokenizers, "qwen"), folder, { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, value: unknown): void {
  writeFileSync(path.join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
}

describe("roles and stops", () => {
  test("from tokenizer_config.json", async () => {
    const tokenizer = await loadTokenizer(folder);
    const id = (token: string): number | undefined => tokenizer.tokenToId(token);
    expect(tokenizer.bosTokenId).toBeUndefined();
    expect(tokenizer.eosTokenId).toBe(id("<|im_end|>"));
    expect(tokenizer.padTokenId).toBe(id("<|endoftext|>"));
    expect(tokenizer.stopTokenIds).toEqual([id("<|im_end|>")]);
    expect(id("no such token")).toBeUndefined();
    const file = JSON.parse(readFileSync(path.join(folder, "tokenizer.json"), "utf8")) as {
      model: { vocab: object };
      added_tokens: unknown[];
    };
    const size = Object.keys(file.model.vocab).length + file.added_tokens.length;
    expect(tokenizer.vocabularySize).toBe(size);
  });

  test("generation_config.json adds stops, config.json only without it", async () => {
    write("config.json", { eos_token_id: 3 });
    expect((await loadTokenizer(folder)).stopTokenIds).toContain(3);
    write("generation_config.json", { eos_token_id: [5, 4] });
    const { stopTokenIds, eosTokenId } = await loadTokenizer(folder);
    expect(stopTokenIds).toEqual([eosTokenId, 5, 4]);
  });

  test("beside a config.json with numbers that are not finite", async () => {
    write("config.json", '{"eos_token_id": 3, "limit": Infinity}');
    expect((await loadTokenizer(folder)).stopTokenIds).toContain(3);
  });

  test("tokens written as objects, and in special_tokens_map.json", async () => {
    write("tokenizer_config.json", { eos_token: { content: "<|endoftext|>", lstrip: false } });
    write("special_tokens_map.json", { bos_token: "<|im_start|>", eos_token: "<|im_end|>" });
    const { specialTokens } = await loadTokenizer(folder);
    expect(specialTokens).toEqual({ bos_token: "<|im_start|>", eos_token: "<|endoftext|>" });
  });

  test("a token only tokenizer_config.json knows is added at its id", async () => {
    const before = await loadTokenizer(folder);
    const id = before.vocabularySize;
    const added = { content: "<extra>", special: true, lstrip: false, rstrip: false };
    const token = { ...added, single_word: false, normalized: false };
    write("tokenizer_config.json", { added_tokens_decoder: { [id]: token } });
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.encode("a<extra>b")).toContain(id);
    expect(tokenizer.tokenToId("<extra>")).toBe(id);
  });

  test("tokens that only roles name become special, as in transformers", async () => {
    const before = await loadTokenizer(folder);
    write("tokenizer_config.json", { bos_token: "<new>", eos_token: "river" });
    const tokenizer = await loadTokenizer(folder);
    expect(tokenizer.bosTokenId).toBe(before.vocabularySize);
    expect(tokenizer.encode("<new>the river.")).toContain(tokenizer.eosTokenId);
    expect(tokenizer.decode(tokenizer.encode("<new>river."), { skipSpecialTokens: true })).toBe(
      ".",
    );
  });

  test("truncation and padding saved in the file are not applied", async () => {
    const file = path.join(folder, "tokenizer.json");
    const saved = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const truncation = { direction: "Right", max_length: 2, strategy: "LongestFirst", stride: 0 };
    write("tokenizer.json", { ...saved, truncation });
    expect((await loadTokenizer(folder)).encode("one two three four").length).toBeGreaterThan(3);
  });
});

describe("the chat template", () => {
  test("its own file wins, then chat_template.json, then the configuration", async () => {
    const list = [
      { name: "tool_use", template: "tools" },
      { name: "default", template: "listed" },
    ];
    write("tokenizer_config.json", { chat_template: list });
    expect((await loadTokenizer(folder)).chatTemplate).toBe("listed");
    write("chat_template.json", { chat_template: "json" });
    expect((await loadTokenizer(folder)).chatTemplate).toBe("json");
    write("chat_template.jinja", "file");
    expect((await loadTokenizer(folder)).chatTemplate).toBe("file");
  });

  test("there may be none", async () => {
    expect((await loadTokenizer(folder)).chatTemplate).toBeUndefined();
  });
});

describe("odd texts", () => {
  test("a lone surrogate is one replacement character, and spans still fit the text", async () => {
    const tokenizer = await loadTokenizer(folder);
    const { ids, offsets } = tokenizer.encodeWithOffsets("a\ud83d👍\udc4db");
    expect(tokenizer.decode(ids)).toBe("a\ufffd👍\ufffdb");
    expect(offsets.at(0)).toEqual([0, 1]);
    expect(offsets.at(-1)).toEqual([5, 6]);
    expect(new Set(offsets.map((span) => span.join()))).toContain("2,4");
  });

  test("a long text comes back whole", async () => {
    const tokenizer = await loadTokenizer(folder);
    const text = "The river selects seven stones. ".repeat(20_000);
    const { ids, offsets } = tokenizer.encodeWithOffsets(text);
    expect(tokenizer.decode(ids)).toBe(text);
    expect(offsets.at(-1)?.[1]).toBe(text.length);
  });

  test("literal: special tokens in the text are ordinary text", async () => {
    const tokenizer = await loadTokenizer(folder);
    const special = tokenizer.tokenToId("<|im_end|>") ?? -1;
    const { ids } = tokenizer.encodeWithOffsets("a<|im_end|>", { literal: true });
    expect(ids).not.toContain(special);
    expect(tokenizer.encode("a<|im_end|>")).toContain(special);
    expect(tokenizer.decode(ids)).toBe("a<|im_end|>");
  });

  test("literal: also where the vocabulary itself lists the special tokens (Unigram)", async () => {
    const tokenizer = await loadTokenizer(path.join(tokenizers, "unigram"));
    const end = tokenizer.tokenToId("</s>") ?? -1;
    expect(tokenizer.encode("a</s>")).toContain(end);
    const { ids } = tokenizer.encodeWithOffsets("a</s>", { literal: true });
    expect(ids).not.toContain(end);
    const plain = "the river and the stone";
    expect(tokenizer.encodeWithOffsets(plain, { literal: true })).toEqual(
      tokenizer.encodeWithOffsets(plain),
    );
  });
});

describe("bad folders", () => {
  test("no tokenizer", async () => {
    rmSync(path.join(folder, "tokenizer.json"));
    write("tokenizer.model", "x");
    const loading = loadTokenizer(folder);
    await expect(loading).rejects.toThrow(ModelError);
    await expect(loading).rejects.toThrow("tokenizer.model alone is not enough");
  });

  test.each([
    ["{", "FT-MODEL-020"],
    ["[1]", "FT-MODEL-022"],
    ['{"model": {"type": "Oracle"}}', "FT-MODEL-022"],
  ])("tokenizer.json is %s", async (text, code) => {
    write("tokenizer.json", text);
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code });
  });
});
