// A model's tokenizer from its folder: ids equal to those of Python's tokenizers, spans in UTF-16.
// Not chat templates: those are in templates/.
import { createHash } from "node:crypto";
import type { Tokenizer as RustTokenizer } from "tokenizers";
import { ModelError, NativeError } from "../core/errors.ts";
import { filesInFolder, type NamedFiles } from "../core/named-files.ts";
import { type Encoded, TokenizerEngine } from "./tokenizer-engine.ts";
import { readTokenizerFiles, type TokenizerFiles } from "./tokenizer-files.ts";
import type { Located, Span, Tokenizer } from "./types.ts";

/** Where each code point starts in UTF-16 units, and the end of the text as the last entry. */
function codePointStarts(text: string): Int32Array {
  const starts = new Int32Array(text.length + 1);
  let count = 0;
  for (let at = 0; at < text.length; at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) {
    starts[count++] = at;
  }
  starts[count] = text.length;
  return starts.subarray(0, count + 1);
}

function pairs(spans: Int32Array, starts: Int32Array): Span[] {
  const offsets: Span[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    offsets.push([starts[spans[i] ?? 0] ?? 0, starts[spans[i + 1] ?? 0] ?? 0]);
  }
  return offsets;
}

function located(text: string, { ids, spans }: Encoded): Located {
  return { ids: Array.from(ids), offsets: pairs(spans, codePointStarts(text)) };
}

interface Definition {
  added_tokens: { special: boolean; content: string }[];
  model: { vocab?: unknown };
}

/** A Unigram vocabulary lists special tokens among its pieces, and would find them in any text. */
function vocabularyWithout(special: ReadonlySet<unknown>, vocab: unknown): unknown {
  if (!Array.isArray(vocab)) return vocab;
  const pieces = vocab as [string, number][];
  // The place in the list is the id, so a piece is hidden rather than taken out.
  return pieces.map(([piece, score]) => [special.has(piece) ? `\0${piece}\0` : piece, score]);
}

/** The same tokenizer for which special tokens are ordinary text. */
function withoutSpecialTokens(definition: string): string {
  const parsed = JSON.parse(definition) as Definition;
  const special = parsed.added_tokens.filter((token) => token.special);
  const added_tokens = parsed.added_tokens.filter((token) => !token.special);
  const contents = new Set(special.map((token) => token.content));
  const model = { ...parsed.model, vocab: vocabularyWithout(contents, parsed.model.vocab) };
  return JSON.stringify({ ...parsed, added_tokens, model, post_processor: null });
}

class FolderTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly padTokenId: number | undefined;
  readonly stopTokenIds: readonly number[];
  readonly chatTemplate: string | undefined;
  readonly toolTemplate: string | undefined;
  readonly specialContents: readonly string[];
  readonly specialTokens: Readonly<Record<string, string>>;
  readonly digest: string;
  readonly #rust: RustTokenizer;
  readonly #definition: string;
  readonly #special: ReadonlySet<string>;
  readonly #engine: TokenizerEngine;
  #literalEngine: TokenizerEngine | undefined;

  constructor(rust: RustTokenizer, files: TokenizerFiles) {
    this.#rust = rust;
    this.#definition = files.definition;
    this.digest = createHash("sha256").update(JSON.stringify(files)).digest("hex");
    this.specialContents = files.specialContents;
    this.#special = new Set(files.specialContents);
    this.#engine = new TokenizerEngine(files.definition);
    this.vocabularySize = rust.getVocabSize(true);
    this.specialTokens = files.specialTokens;
    this.chatTemplate = files.chatTemplate;
    this.toolTemplate = files.toolTemplate;
    this.bosTokenId = this.#idOf("bos_token");
    this.eosTokenId = this.#idOf("eos_token");
    this.padTokenId = this.#idOf("pad_token");
    const own = this.eosTokenId === undefined ? [] : [this.eosTokenId];
    this.stopTokenIds = [...new Set([...own, ...files.generationStopIds])];
  }

  encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
    const special = options.addSpecialTokens ?? false;
    return Array.from(this.#engine.encode({ text, special, spans: false }).ids);
  }

  encodeWithOffsets(text: string, options: { literal?: boolean } = {}): Located {
    const engine = options.literal === true ? this.#literal() : this.#engine;
    return located(text, engine.encode({ text, special: false, spans: true }));
  }

  encodeBatch(
    texts: readonly string[],
    options: { addSpecialTokens?: boolean } = {},
  ): () => Located[] {
    const special = options.addSpecialTokens ?? false;
    const answer = this.#engine.submit({ texts, special, spans: !special });
    return () =>
      answer().map((encoded, at) =>
        special ? { ids: Array.from(encoded.ids), offsets: [] } : located(texts[at] ?? "", encoded),
      );
  }

  decode(ids: readonly number[], options: { skipSpecialTokens?: boolean } = {}): string {
    const tokens: string[] = [];
    for (const id of ids) {
      const token = this.#rust.idToToken(id);
      const skipped =
        options.skipSpecialTokens === true && token !== null && this.#special.has(token);
      if (token !== null && !skipped) tokens.push(token);
    }
    return this.#rust.getDecoder()?.decode(tokens) ?? tokens.join(" ");
  }

  get decoder(): unknown {
    return (JSON.parse(this.#definition) as { decoder?: unknown }).decoder;
  }

  tokenToId(token: string): number | undefined {
    return this.#rust.tokenToId(token) ?? undefined;
  }

  idToToken(id: number): string | undefined {
    return this.#rust.idToToken(id) ?? undefined;
  }

  #idOf(role: string): number | undefined {
    const token = this.specialTokens[role];
    return token === undefined ? undefined : this.tokenToId(token);
  }

  #literal(): TokenizerEngine {
    this.#literalEngine ??= new TokenizerEngine(withoutSpecialTokens(this.#definition));
    return this.#literalEngine;
  }
}

/** Loaded on first use: most commands never need it. */
async function rustLibrary(): Promise<typeof import("tokenizers")> {
  try {
    return await import("tokenizers");
  } catch (cause) {
    throw new NativeError("FT-NATIVE-021", {
      message: `the tokenizers library does not load on ${process.platform}-${process.arch}`,
      hint: "npm install puts it in place",
      cause,
    });
  }
}

/**
 * The tokenizer of a model, of its folder or of files that are elsewhere: tokenizer.json, or GPT-2's vocab.json with
 * merges.txt.
 * Throws ModelError FT-MODEL-020 (damaged file), -021 (no tokenizer), -022 (refused by the library), -026 (hostile).
 */
export async function loadTokenizer(model: string | NamedFiles): Promise<Tokenizer> {
  const source = typeof model === "string" ? filesInFolder(model) : model;
  const files = readTokenizerFiles(source);
  const { Tokenizer: Rust } = await rustLibrary();
  try {
    return new FolderTokenizer(Rust.fromString(files.definition), files);
  } catch (cause) {
    throw new ModelError("FT-MODEL-022", {
      at: { file: source.at },
      message: `the tokenizer cannot be read (${String(cause)})`,
      hint: "download the model again, or use another revision of it",
      cause,
    });
  }
}
