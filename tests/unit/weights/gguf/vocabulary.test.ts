// What the tokenizer's keys of a GGUF file come to, and which of them are refused: with exit 7, file and key.
import { describe, expect, test } from "vitest";
import { ExitCode, ModelError } from "../../../../src/core/errors.ts";
import type { Vocabulary } from "../../../../src/text/vocabulary/vocabulary.ts";
import { readGgufHeader } from "../../../../src/weights/gguf/header.ts";
import { Metadata } from "../../../../src/weights/gguf/metadata.ts";
import { vocabularyOf } from "../../../../src/weights/gguf/vocabulary.ts";
import { ggufBytes, type GgufEntry } from "../../../support/gguf-bytes.ts";
import { refusal } from "../../../support/refusal.ts";

const sound: Record<string, GgufEntry> = {
  "tokenizer.ggml.model": ["text", "gpt2"],
  "tokenizer.ggml.pre": ["text", "smollm"],
  "tokenizer.ggml.tokens": ["texts", ["a", "b", "ab", "<s>", "</s>", "<pad>", "<eot>"]],
  "tokenizer.ggml.token_type": ["i32s", [1, 1, 1, 3, 3, 3, 3]],
  "tokenizer.ggml.merges": ["texts", ["a b"]],
  "tokenizer.ggml.bos_token_id": ["u32", 3],
  "tokenizer.ggml.eos_token_id": ["u32", 4],
  "tokenizer.ggml.padding_token_id": ["u32", 5],
  "tokenizer.ggml.eot_token_id": ["u32", 6],
  "tokenizer.ggml.add_bos_token": ["bool", true],
  "tokenizer.chat_template": ["text", "{{ messages }}"],
};

async function metadataOf(entries: Record<string, GgufEntry>): Promise<Metadata> {
  const bytes = ggufBytes({ metadata: entries });
  const read = async (at: number, length: number): Promise<Uint8Array> =>
    bytes.subarray(at, at + length);
  const { metadata } = await readGgufHeader({ name: "m.gguf", bytes: bytes.length, read });
  return new Metadata("m.gguf", metadata);
}

async function vocabularyFrom(entries: Record<string, GgufEntry>): Promise<Vocabulary> {
  return vocabularyOf(await metadataOf(entries));
}

test("every key", async () => {
  expect(await vocabularyFrom(sound)).toEqual({
    kind: "gpt2",
    pre: "smollm",
    tokens: ["a", "b", "ab", "<s>", "</s>", "<pad>", "<eot>"],
    types: Int32Array.of(1, 1, 1, 3, 3, 3, 3),
    scores: undefined,
    merges: ["a b"],
    roles: { bos_token: 3, eos_token: 4, pad_token: 5 },
    stops: [6],
    addBos: true,
    addEos: undefined,
    addSpacePrefix: undefined,
    chatTemplate: "{{ messages }}",
  });
});

test("sentencepiece's usual roles, where the file does not say", async () => {
  const { roles } = await vocabularyFrom({
    "tokenizer.ggml.model": ["text", "llama"],
    "tokenizer.ggml.tokens": ["texts", ["<unk>", "<s>", "</s>", "a"]],
    "tokenizer.ggml.scores": ["f32s", [0, 0, 0, -1]],
    "tokenizer.ggml.eos_token_id": ["u32", 3],
  });
  expect(roles).toEqual({ unk_token: 0, bos_token: 1, eos_token: 3 });
});

describe("refused: FT-WEIGHTS-054", () => {
  const cases: Record<string, [Record<string, GgufEntry>, string]> = {
    "no tokenizer": [{ "tokenizer.ggml.model": ["text", "gpt2"] }, "no tokenizer in its metadata"],
    "tokens that are numbers": [
      { ...sound, "tokenizer.ggml.tokens": ["i32s", [1]] },
      "tokenizer.ggml.tokens is not a list of texts",
    ],
    "types for other tokens": [
      { ...sound, "tokenizer.ggml.token_type": ["i32s", [1]] },
      "has 1 items for 7 tokens",
    ],
    "an id beyond the tokens": [
      { ...sound, "tokenizer.ggml.eos_token_id": ["u32", 7] },
      "tokenizer.ggml.eos_token_id is 7, not an integer from 0 to 6",
    ],
    "a flag that is a number": [
      { ...sound, "tokenizer.ggml.add_bos_token": ["u32", 1] },
      "add_bos_token is not true or false",
    ],
    "a merge of one side": [
      { ...sound, "tokenizer.ggml.merges": ["texts", ["a b", " ab"]] },
      'merge " ab" has no two sides',
    ],
    "a template that is a list": [
      { ...sound, "tokenizer.chat_template": ["texts", ["x"]] },
      "tokenizer.chat_template is not a text",
    ],
  };

  test.each(Object.entries(cases))("%s", async (_, [entries, message]) => {
    const metadata = await metadataOf(entries);
    const error = refusal(() => vocabularyOf(metadata), ModelError);
    expect([error.code, error.exitCode]).toEqual(["FT-WEIGHTS-054", ExitCode.malformedWeights]);
    expect(error.message).toContain(message);
    expect(error.at?.file).toBe("m.gguf");
  });
});
