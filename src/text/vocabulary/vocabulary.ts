// A tokenizer's vocabulary as tables, as GGUF files hold it, and the roles of its tokens. No algorithm: those are beside it.

/** What a token is for, by the numbers that files use. */
export const tokenTypes = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

export interface Vocabulary {
  /** How text becomes tokens: a name in `definitions`. */
  kind: string;
  /** How text is cut before: a name in `preTokenizers`; sentencepiece has none. */
  pre: string | undefined;
  /** By id. */
  tokens: readonly string[];
  /** By id, of `tokenTypes`; absent: all normal. */
  types: ArrayLike<number> | undefined;
  /** By id; sentencepiece's. */
  scores: ArrayLike<number> | undefined;
  /** Pairs with a space between, best first. */
  merges: readonly string[] | undefined;
  /** Ids by the names that tokenizer_config.json has for them: bos_token, eos_token, unk_token, pad_token. */
  roles: Readonly<Record<string, number>>;
  /** Ids that end a turn, beside eos_token. */
  stops: readonly number[];
  /** Absent: as is usual for the kind. */
  addBos: boolean | undefined;
  addEos: boolean | undefined;
  addSpacePrefix: boolean | undefined;
  chatTemplate: string | undefined;
}

/** The model, and how text comes to it and from it: the parts of a tokenizer.json that a kind decides. */
export interface Definition {
  model: unknown;
  normalizer: unknown;
  pre_tokenizer: unknown;
  decoder: unknown;
  /** Whether BOS is added where the vocabulary does not say. */
  addsBos: boolean;
}

export function typeOf({ types }: Vocabulary, id: number): number {
  return types?.[id] ?? tokenTypes.normal;
}

/** Ids by text. Of two tokens with one text the later counts, as in llama.cpp and transformers. */
export function idsOf(tokens: readonly string[]): Record<string, number> {
  // Without a prototype: a token may be called "__proto__".
  const ids = Object.create(null) as Record<string, number>;
  for (const [id, token] of tokens.entries()) ids[token] = id;
  return ids;
}
