// From the files of a Hugging Face folder to a vocabulary as tables, as GGUF files hold it. The other way: files.ts.
import { ModelError } from "../../core/errors.ts";
import type { NamedFiles } from "../../core/named-files.ts";
import { readSentencePiece } from "../sentencepiece/model.ts";
import { readTokenizerFiles } from "../tokenizer-files.ts";
import { loadTokenizer } from "../tokenizer.ts";
import type { Tokenizer } from "../types.ts";
import { preTokenizerName } from "./recognized.ts";
import { tokenTypes, type Vocabulary } from "./vocabulary.ts";

interface Added {
  content: string;
  special?: boolean;
}

interface Part {
  type?: string;
  [key: string]: unknown;
}

interface Definition {
  added_tokens: Added[];
  normalizer?: Part | null;
  pre_tokenizer?: Part | null;
  post_processor?: Part | null;
  model: {
    type?: string;
    vocab?: Record<string, number>;
    merges?: (string | [string, string])[];
    byte_fallback?: boolean;
    ignore_merges?: boolean;
    unk_token?: string | null;
  };
}

/** Parts within sequences as one list. */
function partsOf(part: Part | null | undefined, key: string): Part[] {
  if (part === null || part === undefined) return [];
  const within = part[key];
  return Array.isArray(within) ? within.flatMap((one: Part) => partsOf(one, key)) : [part];
}

function refused(at: string, message: string): ModelError {
  return new ModelError("FT-EXPORT-021", {
    at: { file: at },
    message,
    hint: "ft export hf writes a folder, with the tokenizer as it is",
  });
}

/** The special token before or behind the text of a template. */
function framed(definition: Definition): { first?: string; last?: string } {
  const parts = partsOf(definition.post_processor, "processors");
  const template = parts.find(({ type }) => type === "TemplateProcessing");
  const single = (template?.["single"] ?? []) as { SpecialToken?: { id?: string } }[];
  const [first, last] = [single[0]?.SpecialToken?.id, single.at(-1)?.SpecialToken?.id];
  return { ...(first !== undefined && { first }), ...(last !== undefined && { last }) };
}

/** llama.cpp takes such for special, whatever the files say: chats are written with them. */
const looksSpecial = /^(?:<\|.*\|>|<｜.*｜>|<pad>|<mask>|<2mass>|\[@BOS@\]|<unused.*>)$/s;

const isByte = /^<0x[0-9A-Fa-f]{2}>$/;

/** Texts and types by id. */
class Tables {
  readonly tokens: string[];
  readonly types: Int32Array;

  constructor(rows: number) {
    this.tokens = Array.from({ length: rows }, (_, id) => `[PAD${id}]`);
    this.types = new Int32Array(rows).fill(tokenTypes.unused);
  }

  set(id: number, text: string, type: number): void {
    this.tokens[id] = text;
    this.types[id] = type;
  }
}

interface Reading {
  at: string;
  definition: Definition;
  tokenizer: Tokenizer;
  /** Rows of the embeddings. */
  rows: number;
}

function tablesOf({ at, definition, tokenizer, rows }: Reading, isBytes: boolean): Tables {
  const tables = new Tables(rows);
  const { vocab = {}, unk_token: unknown } = definition.model;
  const place = (text: string, id: number, type: number): void => {
    if (id >= rows)
      throw refused(
        at,
        `token ${JSON.stringify(text)} has id ${id}, and the embeddings have ${rows} rows`,
      );
    tables.set(id, text, type);
  };
  for (const [text, id] of Object.entries(vocab)) {
    const plain = text === unknown ? tokenTypes.unknown : tokenTypes.normal;
    place(text, id, !isBytes && isByte.test(text) ? tokenTypes.byte : plain);
  }
  for (const { content, special } of definition.added_tokens) {
    const id = tokenizer.tokenToId(content);
    if (id === undefined || (!isBytes && content === unknown)) continue;
    const isControl = special === true || looksSpecial.test(content);
    // spaces of pieces are spaces again where a token is looked for in text itself
    if (isControl) place(content, id, tokenTypes.control);
    else place(isBytes ? content : content.replaceAll("▁", " "), id, tokenTypes.userDefined);
  }
  return tables;
}

const mergesOf = ({ model }: Definition): string[] =>
  (model.merges ?? []).map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));

/** Of tokens that no text is made of. */
const LEAST_SCORE = -1000;

/** The earlier a merge, the better what it makes. */
function scoresFromMerges(tokens: readonly string[], merges: readonly string[]): Float32Array {
  const ranks = new Map<string, number>();
  for (const [rank, merge] of merges.entries()) {
    const middle = merge.indexOf(" ", 1);
    const made = merge.slice(0, middle) + merge.slice(middle + 1);
    if (!ranks.has(made)) ranks.set(made, rank);
  }
  return Float32Array.from(tokens, (token) => {
    const rank = ranks.get(token);
    return rank === undefined ? LEAST_SCORE : -rank;
  });
}

/** As SentencePiece's own file has them. */
function scoresIn(files: NamedFiles, tables: Tables): Float32Array | undefined {
  const bytes = files.read("tokenizer.model");
  if (bytes === undefined || bytes[0] !== 0x0a) return undefined;
  const { pieces, algorithm } = readSentencePiece(files.at, bytes);
  if (algorithm !== "bpe") return undefined;
  const { normal, userDefined } = tokenTypes;
  return Float32Array.from(tables.tokens, (_, id) => {
    const isAdded = tables.types[id] !== normal && tables.types[id] !== userDefined;
    const isByteToken = tables.types[id] === tokenTypes.byte;
    return (isAdded && !isByteToken ? undefined : pieces[id]?.score) ?? LEAST_SCORE;
  });
}

/** Whether a space goes in front of each text. */
function addsSpace({ normalizer, pre_tokenizer }: Definition): boolean {
  const prepends = partsOf(normalizer, "normalizers").some(({ type }) => type === "Prepend");
  const spaced = partsOf(pre_tokenizer, "pretokenizers").some(
    ({ type, prepend_scheme: scheme, add_prefix_space: adds }) =>
      type === "Metaspace" && (scheme === undefined ? adds !== false : scheme !== "never"),
  );
  return prepends || spaced;
}

type Kind = Pick<
  Vocabulary,
  "kind" | "pre" | "tokens" | "types" | "scores" | "merges" | "addSpacePrefix"
>;

function byteLevel(reading: Reading): Kind {
  const { at, definition, tokenizer } = reading;
  const encode = (text: string): number[] => tokenizer.encode(text, { addSpecialTokens: true });
  const pre = preTokenizerName(definition, encode);
  if (pre === undefined)
    throw refused(
      at,
      "llama.cpp has no pre-tokenizer that splits text as this tokenizer does, so a GGUF file cannot hold it",
    );
  const { tokens, types } = tablesOf(reading, true);
  const merges = mergesOf(definition);
  return { kind: "gpt2", pre, tokens, types, scores: undefined, merges, addSpacePrefix: undefined };
}

/** llama.cpp joins pieces by their scores, Gemma 4's by merges. */
function pieces(reading: Reading, files: NamedFiles, { keepsMerges }: DescribedOptions): Kind {
  const { definition } = reading;
  const tables = tablesOf(reading, false);
  const merges = mergesOf(definition);
  const scores = scoresIn(files, tables) ?? scoresFromMerges(tables.tokens, merges);
  return {
    kind: keepsMerges === true ? "gemma4" : "llama",
    pre: "default",
    tokens: tables.tokens,
    types: tables.types,
    scores,
    merges: keepsMerges === true ? merges : undefined,
    addSpacePrefix: addsSpace(definition),
  };
}

function kindOf(reading: Reading, files: NamedFiles, options: DescribedOptions): Kind {
  const { type, byte_fallback } = reading.definition.model;
  const isBytes = partsOf(reading.definition.pre_tokenizer, "pretokenizers").some(
    (part) => part.type === "ByteLevel",
  );
  if (type === "BPE" && isBytes) return byteLevel(reading);
  if (type === "BPE" && byte_fallback === true) return pieces(reading, files, options);
  throw refused(reading.at, `a tokenizer of type ${type} is not written as GGUF`);
}

export interface DescribedOptions {
  /** Rows of the embeddings: so many tokens there must be. */
  rows: number;
  /** Pieces are joined by merges and not by scores. */
  keepsMerges?: boolean;
}

/** Ids of the tokens that a model's files name by role. */
function rolesOf(
  tokenizer: Tokenizer,
  special: Readonly<Record<string, string>>,
): Record<string, number> {
  const ids = ["bos_token", "eos_token", "unk_token", "pad_token"].map((role) => {
    const text = special[role];
    return [role, text === undefined ? undefined : tokenizer.tokenToId(text)] as const;
  });
  return Object.fromEntries(ids.filter(([, id]) => id !== undefined)) as Record<string, number>;
}

/**
 * The vocabulary of a model's files.
 * @throws ModelError FT-EXPORT-021 for a tokenizer that has no such form; what `loadTokenizer` throws.
 */
export async function describedVocabulary(
  files: NamedFiles,
  options: DescribedOptions,
): Promise<Vocabulary> {
  const read = readTokenizerFiles(files);
  const definition = JSON.parse(read.definition) as Definition;
  const tokenizer = await loadTokenizer(files);
  const reading = { at: files.at, definition, tokenizer, rows: options.rows };
  const { first, last } = framed(definition);
  const roles = rolesOf(tokenizer, read.specialTokens);
  return {
    ...kindOf(reading, files, options),
    roles,
    stops: tokenizer.stopTokenIds.filter((id) => id !== roles["eos_token"] && id < options.rows),
    addBos: first !== undefined && first === read.specialTokens["bos_token"],
    addEos: last !== undefined && last === read.specialTokens["eos_token"],
    chatTemplate: read.chatTemplate,
  };
}
