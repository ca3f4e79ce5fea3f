// Tokenizers put together from a bare vocabulary, as GGUF files have it, beside the ones whose vocabulary it is:
// the same ids for every text. And what is refused.
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../../src/core/errors.ts";
import { filesMadeBy } from "../../../src/core/named-files.ts";
import { loadTokenizer } from "../../../src/text/index.ts";
import { describedVocabulary } from "../../../src/text/vocabulary/described.ts";
import {
  generationConfig,
  tokenizerConfig,
  tokenizerDefinition,
} from "../../../src/text/vocabulary/files.ts";
import type { Vocabulary } from "../../../src/text/vocabulary/vocabulary.ts";
import { refusal } from "../../support/refusal.ts";

const fixtures = path.join(import.meta.dirname, "../../fixtures/text");

interface Definition {
  added_tokens: { id: number; content: string; special: boolean }[];
  model: { vocab: Record<string, number>; merges: [string, string][] };
  post_processor: { type: string } | null;
}

interface Golden {
  text: string;
  ids: number[];
  withSpecial: number[];
  decoded: string;
}

function json<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(path.join(fixtures, ...parts), "utf8")) as T;
}

const bare: Vocabulary = {
  kind: "gpt2",
  pre: "gpt-2",
  tokens: [],
  types: undefined,
  scores: undefined,
  merges: undefined,
  roles: {},
  stops: [],
  addBos: undefined,
  addEos: undefined,
  addSpacePrefix: undefined,
  chatTemplate: undefined,
};

/** The vocabulary of a fixture's tokenizer.json, and nothing else of it. */
function vocabularyOf(name: string, told: Partial<Vocabulary>): Vocabulary {
  const { model, added_tokens } = json<Definition>("tokenizers", name, "tokenizer.json");
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) tokens[id] = token;
  for (const { id, content } of added_tokens) tokens[id] = content;
  const special = new Map(added_tokens.map((token) => [token.id, token.special ? 3 : 4]));
  const types = tokens.map((token, id) => (/^<0x..>$/.test(token) ? 6 : (special.get(id) ?? 1)));
  const merges = model.merges.map((sides) => sides.join(" "));
  return { ...bare, tokens, types, merges, ...told };
}

/** SentencePiece has scores in place of merges: here the rank of the first merge that makes the piece. */
function withScores(vocabulary: Vocabulary): Vocabulary {
  const scores = vocabulary.tokens.map((token) => {
    const rank = vocabulary.merges?.findIndex((merge) => merge.replace(" ", "") === token) ?? -1;
    return rank < 0 ? -1e6 : -rank;
  });
  return { ...vocabulary, merges: undefined, scores };
}

function filesOf(vocabulary: Vocabulary): ReturnType<typeof filesMadeBy> {
  const makers = {
    "tokenizer.json": () => JSON.stringify(tokenizerDefinition(vocabulary)),
    "tokenizer_config.json": () => JSON.stringify(tokenizerConfig(vocabulary)),
    "generation_config.json": () => JSON.stringify(generationConfig(vocabulary)),
  };
  return filesMadeBy("made here", new Map(Object.entries(makers)));
}

const vocabularies: Record<string, Vocabulary> = {
  gpt2: vocabularyOf("gpt2", { pre: "gpt-2" }),
  digits: vocabularyOf("digits", { pre: "smollm" }),
  qwen: vocabularyOf("qwen", { pre: "qwen2" }),
  llama3: vocabularyOf("llama3", { pre: "llama-bpe", roles: { bos_token: 581 } }),
  llama2: withScores(
    vocabularyOf("llama2", { kind: "llama", roles: { unk_token: 0, bos_token: 1 } }),
  ),
};

describe.each(Object.entries(vocabularies))("the ids of Python's %s", (name, vocabulary) => {
  test("for every text", async () => {
    const tokenizer = await loadTokenizer(filesOf(vocabulary));
    const cases = json<Golden[]>("ids", `${name}.json`);
    expect(cases.length).toBeGreaterThan(60);
    for (const { text, ids, withSpecial, decoded } of cases) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.encode(text, { addSpecialTokens: true })).toEqual(withSpecial);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });
});

test("a tokenizer that splits text as none of llama.cpp's does has no GGUF form", async () => {
  const definition = json<Record<string, unknown>>("tokenizers", "gpt2", "tokenizer.json");
  const pre_tokenizer = {
    type: "Sequence",
    pretokenizers: [
      { type: "Split", pattern: { Regex: "[aeiou]+" }, behavior: "Isolated", invert: false },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  };
  const text = JSON.stringify({ ...definition, pre_tokenizer });
  const files = filesMadeBy("model", new Map([["tokenizer.json", () => text]]));
  await expect(describedVocabulary(files, { rows: 600 })).rejects.toMatchObject({
    code: "FT-EXPORT-021",
    message: expect.stringContaining(
      "llama.cpp has no pre-tokenizer that splits text as this tokenizer does",
    ) as string,
    hint: expect.stringMatching(/^ft export hf /) as string,
  });
});

describe("what a vocabulary says beside its tokens", () => {
  const small: Vocabulary = {
    ...bare,
    tokens: ["a", "b", "<s>", "</s>", "<pad>", "<tool>"],
    types: [1, 1, 3, 3, 3, 4],
    roles: { bos_token: 2, eos_token: 3, pad_token: 4 },
  };

  test("roles, stops and the chat template", async () => {
    const tokenizer = await loadTokenizer(
      filesOf({ ...small, stops: [5], chatTemplate: "{{ x }}" }),
    );
    expect(tokenizer.specialTokens).toEqual({
      bos_token: "<s>",
      eos_token: "</s>",
      pad_token: "<pad>",
    });
    expect(tokenizer.stopTokenIds).toEqual([3, 5]);
    expect(tokenizer.chatTemplate).toBe("{{ x }}");
  });

  test("BOS and EOS are added as it says, else as is usual for its kind", async () => {
    const around = async (told: Partial<Vocabulary>): Promise<number[]> => {
      const tokenizer = await loadTokenizer(filesOf({ ...small, ...told }));
      return tokenizer.encode("ab", { addSpecialTokens: true });
    };
    expect(await around({})).toEqual([0, 1]);
    expect(await around({ addBos: true, addEos: true })).toEqual([2, 0, 1, 3]);
    expect(await around({ pre: "llama-bpe" })).toEqual([2, 0, 1]);
    expect(await around({ pre: "llama-bpe", addBos: false })).toEqual([0, 1]);
    expect(await around({ addBos: true, roles: {} })).toEqual([0, 1]);
  });

  test("control tokens are special, tokens of the user's are not, and both are found whole", async () => {
    const tokenizer = await loadTokenizer(filesOf(small));
    expect(tokenizer.encode("a<tool>b</s>")).toEqual([0, 5, 1, 3]);
    expect(tokenizer.decode([0, 5, 3], { skipSpecialTokens: true })).toBe("a<tool>");
  });

  test("control tokens are never put together from sentencepiece's pieces", async () => {
    const tokens = ["<unk>", "▁", "<", "s", ">", "<s", "<s>", "▁<"];
    const types = [2, 1, 1, 1, 1, 1, 3, 1];
    const roles = { unk_token: 0 };
    const scores = tokens.map((_, id) => -id);
    const told = { kind: "llama", addBos: false, addSpacePrefix: false, roles, scores };
    const tokenizer = await loadTokenizer(filesOf({ ...bare, ...told, tokens, types }));
    expect(tokenizer.encodeWithOffsets("<s>", { literal: true }).ids).toEqual([5, 4]);
  });
});

describe("refused, with the names that are known: FT-MODEL-025", () => {
  test.each([
    ["a pre-tokenizer", { pre: "viking" }, "Unknown pre-tokenizer 'viking'. Supported: [gpt-2,"],
    ["a kind", { kind: "t5" }, "Unknown tokenizer model 't5'. Supported: [gpt2, llama, gemma4]"],
  ])("%s", (_, told, message) => {
    const error = refusal(() => tokenizerDefinition({ ...bare, ...told }), ModelError);
    expect([error.code, error.exitCode]).toEqual(["FT-MODEL-025", 3]);
    expect(error.message).toContain(message);
  });
});
