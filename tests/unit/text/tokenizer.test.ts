// What a model folder says about its tokenizer, the odd texts, and what is told when files are bad.
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { loadTokenizer } from "../../../src/text/index.ts";
import { regexFacts } from "../../../src/text/regex-facts.ts";
import { tokenizerProblem } from "../../../src/text/tokenizer-limits.ts";

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

  test("the one for tools, and lists that hold nothing", async () => {
    const list = [
      null,
      { name: "tool_use", template: "tools" },
      { name: "default", template: "plain" },
    ];
    write("tokenizer_config.json", { chat_template: list });
    expect(await loadTokenizer(folder)).toMatchObject({
      chatTemplate: "plain",
      toolTemplate: "tools",
    });
    write("tokenizer_config.json", { chat_template: [null] });
    expect((await loadTokenizer(folder)).chatTemplate).toBeUndefined();
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
    const loading = loadTokenizer(folder);
    await expect(loading).rejects.toThrow(ModelError);
    await expect(loading).rejects.toThrow("neither tokenizer.json, nor vocab.json with merges.txt");
  });

  test.each([
    ["tokenizer.model", "x", "more than there are|ends within|kind"],
    ["tokenizer.model", "\n\u0002\n\u0005", "a field of 5 bytes, more than there are"],
    ["tokenizer.model", "", "it has no pieces"],
    ["tekken.json", "{}", "its config has no pattern"],
    ["tekken.json", '{"config": {"pattern": "a"}, "vocab": [{}]}', "token 0 has no bytes"],
    [
      "tekken.json",
      '{"config": {"pattern": "a", "default_num_special_tokens": 65536}}',
      "room for 65536 special tokens",
    ],
    ["tekken.json", '{"config": {"pattern": "a"}, "special_tokens": [{"rank": 3}]}', "gaps"],
    ["a.tiktoken", "IQ== 0\nIQ== 1\n", "a.tiktoken, line 2: not one base64 token"],
  ])("%s is %j", async (name, content, message) => {
    rmSync(path.join(folder, "tokenizer.json"));
    write(name, content);
    const loading = loadTokenizer(folder);
    await expect(loading).rejects.toMatchObject({ code: "FT-MODEL-020" });
    await expect(loading).rejects.toThrow(new RegExp(message));
  });

  test.each([
    ["of words", [0x12, 2, 0x18, 3]],
    ["with spaces behind pieces", [0x12, 3, 0xc0, 1, 1]],
  ])("a SentencePiece model %s is refused", async (_, trainer) => {
    rmSync(path.join(folder, "tokenizer.json"));
    const piece = [0x0a, 3, 0x0a, 1, 0x61];
    writeFileSync(path.join(folder, "tokenizer.model"), Buffer.from([...piece, ...trainer]));
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: "FT-MODEL-025" });
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

describe("tokenizers that would end the program", () => {
  const replace = (pattern: object, content = "x"): object => ({
    type: "Replace",
    pattern,
    content,
  });
  const sequence = (normalizers: object[]): object => ({ type: "Sequence", normalizers });
  const framed = (count: number): object => ({
    type: "TemplateProcessing",
    single: Array.from({ length: count }, () => ({ SpecialToken: { id: "a", type_id: 0 } })),
    pair: [],
    special_tokens: { a: { id: "a", ids: [0], tokens: ["a"] } },
  });
  const inside = (depth: number, inner: object): object =>
    depth === 0 ? inner : sequence([inside(depth - 1, inner)]);
  const split = (regex: string): object => ({
    type: "Split",
    pattern: { Regex: regex },
    behavior: "Isolated",
    invert: false,
  });

  test.each<[string, object]>([
    ["an empty pattern", { normalizer: replace({ String: "" }) }],
    ["an empty regular expression", { normalizer: replace({ Regex: "" }) }],
    ["one that can match nothing", { normalizer: replace({ Regex: "a|(?:b?c*)" }) }],
    ["one that matches places", { normalizer: replace({ Regex: "(?=a)|\\\\b" }) }],
    ["one far inside", { normalizer: inside(40, replace({ String: "" })) }],
    [
      "replacements in a row",
      {
        normalizer: sequence(Array.from({ length: 4 }, () => replace({ Regex: "." }, "aaaaaaaa"))),
      },
    ],
    [
      "endless steps",
      { normalizer: sequence(Array.from({ length: 999 }, () => ({ type: "NFC" }))) },
    ],
    ["a long beginning", { normalizer: { type: "Prepend", prepend: "a".repeat(10_000) } }],
    [
      "merges longer than every token",
      { model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: [["a", "b"]] } },
    ],
    ["a damaged table", { normalizer: { type: "Precompiled", precompiled_charsmap: "AAAA" } }],
    ["pieces of no length", { pre_tokenizer: { type: "FixedLength", length: 0 } }],
    ["repetition in repetition", { pre_tokenizer: split("(a+)+$") }],
    ["… within a group", { pre_tokenizer: split("(?:x|(?i:[ab]*c?))*") }],
    ["a hundred thousand pieces", { post_processor: framed(100_000) }],
    ["a piece that is not defined", { post_processor: { ...framed(1), special_tokens: {} } }],
    [
      "more stripped than there is",
      { decoder: { type: "Strip", content: " ", start: 0, stop: 5 } },
    ],
  ])("%s", async (_, change) => {
    const file = path.join(tokenizers, "qwen", "tokenizer.json");
    const own = JSON.parse(readFileSync(file, "utf8")) as object;
    write("tokenizer.json", { ...own, ...change });
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: "FT-MODEL-026",
      exitCode: 3,
    });
  });

  test.each([{}, "abc", [null], [{ content: 3 }], [[]]])("added_tokens is %j", async (added) => {
    const file = path.join(tokenizers, "qwen", "tokenizer.json");
    const own = JSON.parse(readFileSync(file, "utf8")) as object;
    write("tokenizer.json", { ...own, added_tokens: added });
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: "FT-MODEL-020" });
  });

  test.each([
    [
      "a normalizer of no type",
      { normalizer: { type: { toString: 1 }, prepend: { toString: 1 } } },
    ],
    ["a merge of no text", { model: { type: "BPE", vocab: { a: 0 }, merges: [{ toString: 1 }] } }],
    ["a piece of no length", { pre_tokenizer: { type: "FixedLength", length: { valueOf: 1 } } }],
  ])("objects that hide toString: %s", async (_, change) => {
    const file = path.join(tokenizers, "qwen", "tokenizer.json");
    const own = JSON.parse(readFileSync(file, "utf8")) as object;
    write("tokenizer.json", { ...own, ...change });
    await expect(loadTokenizer(folder)).rejects.toThrow(ModelError);
  });

  test("a model_type that hides toString is no type", async () => {
    write("config.json", { model_type: { toString: 1 } });
    expect((await loadTokenizer(folder)).vocabularySize).toBeGreaterThan(0);
  });

  test("a tiktoken file beside two hundred thousand added tokens", async () => {
    rmSync(path.join(folder, "tokenizer.json"));
    write("a.tiktoken", "IQ== 0\n");
    const ids = Array.from({ length: 200_000 }, (_, at) => [`0.${at}`, { content: "x" }]);
    write("tokenizer_config.json", { added_tokens_decoder: Object.fromEntries(ids) });
    await expect(loadTokenizer(folder)).rejects.toThrow(ModelError);
  });

  test.each(["tokenizer.json", "tokenizer_config.json", "chat_template.jinja"])(
    "a pipe, a device or a folder for %s, without waiting for it",
    async (name) => {
      const file = path.join(folder, name);
      for (const make of [
        () => execFileSync("mkfifo", [file]),
        () => symlinkSync("/dev/zero", file),
      ]) {
        rmSync(file, { force: true });
        make();
        const loading = loadTokenizer(folder);
        await expect(loading).rejects.toMatchObject({ code: "FT-MODEL-027", exitCode: 3 });
        await expect(loading).rejects.toThrow(name);
      }
      rmSync(file);
      mkdirSync(file);
      const missing = name === "tokenizer.json" ? "FT-MODEL-021" : "none";
      const code = await loadTokenizer(folder).catch((error: ModelError) => error.code);
      expect(typeof code === "string" ? code : "none").toBe(missing);
    },
  );

  test("a file of endless size is refused before it is read", async () => {
    truncateSync(path.join(folder, "tokenizer.json"), 3e9);
    await expect(loadTokenizer(folder)).rejects.toMatchObject({ code: "FT-MODEL-027" });
  });

  test("nesting without end", async () => {
    write("tokenizer.json", `{"x": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`);
    await expect(loadTokenizer(folder)).rejects.toThrow(ModelError);
  });
});

describe("patterns of real tokenizers pass", () => {
  test.each([
    ["gpt-2", "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"],
    [
      "llama-3",
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ],
    [
      "gpt-4",
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
    ],
    ["bloom", " ?[^(\\s|[.,!?…。，、।۔،])]+"],
    [
      "kimi",
      "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{M}&&[^\\p{Han}]]*[\\p{Ll}&&[^\\p{Han}]]+(?i:'s|'t)?",
    ],
    ["runs of spaces", " {2,}"],
  ])("%s", (_, regex) => {
    const pattern = { Regex: regex };
    const pre_tokenizer = { type: "Split", pattern, behavior: "Isolated", invert: false };
    const normalizer = { type: "Replace", pattern, content: " " };
    expect(tokenizerProblem({ pre_tokenizer, normalizer })).toBeUndefined();
  });

  test("what they match at least, and whether they nest", () => {
    expect(regexFacts("ab?c{2,4}(?:d|ef)\\p{L}[x[y]z]")).toMatchObject({
      shortest: 6,
      nests: false,
    });
  });
});
