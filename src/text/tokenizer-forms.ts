// The forms in which a model's files hold its tokenizer, in the order in which they are taken; each becomes a
// tokenizer.json. The next form is one entry. Tokens and templates of the other small files are tokenizer-files.ts's.
import { join } from "node:path";
import type { NamedFiles } from "../core/named-files.ts";
import { tekkenDefinition, tekkenRoles } from "./byte-ranks/tekken.ts";
import { isTiktoken, tiktokenDefinition } from "./byte-ranks/tiktoken.ts";
import { sentencePieceDefinition, sentencePieceRoles } from "./sentencepiece/definition.ts";
import { readSentencePiece } from "./sentencepiece/model.ts";
import type { JsonObject } from "./types.ts";

/** What a form gives: the definition, and what its own files say of tokens' roles. */
export interface FoundTokenizer {
  definition: JsonObject;
  roles: Readonly<Record<string, string>>;
  /** Which tokens frame a text where tokenizer_config.json does not say; undefined: the definition says it. */
  framing?: Readonly<{ bos: boolean; eos: boolean }>;
}

export interface FormContext {
  files: NamedFiles;
  /** tokenizer_config.json. */
  config: JsonObject;
  /** config.json's model_type. */
  modelType: string;
  /** A file's JSON object. */
  json(name: string): JsonObject;
}

interface TokenizerForm {
  /** As a person is told it. */
  title: string;
  /** The file that shows it. */
  find(files: NamedFiles): string | undefined;
  read(name: string, context: FormContext): FoundTokenizer;
}

const named =
  (...names: string[]) =>
  (files: NamedFiles): string | undefined =>
    names.find((name) => files.has(name));

const contentOf = ({ files }: FormContext, name: string): Buffer =>
  files.read(name) ?? Buffer.alloc(0);

const gpt2End = "<|endoftext|>";
const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };

/** GPT-2's own layout, from before tokenizer.json (transformers: GPT2Converter). */
function fromVocabulary(_: string, { files, config, json }: FormContext): FoundTokenizer {
  const vocabulary = json("vocab.json");
  const merges = String(files.read("merges.txt"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#version"));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false };
  const id = vocabulary[gpt2End];
  const end = { id, content: gpt2End, ...plain, special: true };
  const isBare = ![config, json("special_tokens_map.json")].some((source) =>
    Object.keys(source).some((key) => key.endsWith("_token")),
  );
  const roles = { bos_token: gpt2End, eos_token: gpt2End, unk_token: gpt2End };
  return {
    roles: isBare ? roles : {},
    definition: {
      version: "1.0",
      added_tokens: typeof id === "number" ? [end] : [],
      normalizer: null,
      pre_tokenizer: { ...byteLevel, use_regex: true },
      post_processor: { ...byteLevel, use_regex: true },
      decoder: { ...byteLevel, use_regex: true },
      model: { type: "BPE", vocab: vocabulary, merges: merges.map((line) => line.trim()) },
    },
  };
}

function fromTiktoken(name: string, context: FormContext): FoundTokenizer {
  const file = join(context.files.at, name);
  const definition = tiktokenDefinition(file, contentOf(context, name), context);
  return { definition, roles: {}, framing: { bos: false, eos: false } };
}

/** Some files of this name are tiktoken's. */
function fromModelFile(name: string, context: FormContext): FoundTokenizer {
  const bytes = contentOf(context, name);
  if (isTiktoken(bytes)) return fromTiktoken(name, context);
  const model = readSentencePiece(join(context.files.at, name), bytes);
  return {
    definition: sentencePieceDefinition(model, context.config),
    roles: sentencePieceRoles(model),
    framing: { bos: model.algorithm === "bpe", eos: false },
  };
}

export const tokenizerForms: readonly TokenizerForm[] = [
  {
    title: "tokenizer.json",
    find: named("tokenizer.json"),
    read: (name, { json }) => ({ definition: json(name), roles: {} }),
  },
  {
    title: "vocab.json with merges.txt",
    find: (files) => (files.has("merges.txt") ? named("vocab.json")(files) : undefined),
    read: fromVocabulary,
  },
  {
    title: "tekken.json",
    find: named("tekken.json"),
    read: (name, context) => ({
      definition: tekkenDefinition(join(context.files.at, name), contentOf(context, name)),
      roles: tekkenRoles,
      framing: { bos: true, eos: false },
    }),
  },
  {
    title: "tokenizer.model",
    find: named("tokenizer.model", "tiktoken.model", "spiece.model", "sentencepiece.bpe.model"),
    read: fromModelFile,
  },
  {
    title: "a .tiktoken file",
    find: (files) => files.names().find((name) => name.endsWith(".tiktoken")),
    read: fromTiktoken,
  },
];

/** Undefined where there is none. Throws ModelError FT-MODEL-020 and 025, each with its file. */
export function foundTokenizer(context: FormContext): FoundTokenizer | undefined {
  for (const form of tokenizerForms) {
    const name = form.find(context.files);
    if (name !== undefined) return form.read(name, context);
  }
  return undefined;
}
