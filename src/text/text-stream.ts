// Text of tokens as they come: tells each piece once no later token can change it. The cost of a token does not
// grow with what came before, because only the last few are decoded again. Special tokens are left out, but for those
// that are asked for: marks of an answer, see answers/. Generates nothing: see generate/.
import { isSpecial } from "./encoding.ts";
import type { Tokenizer } from "./types.ts";

/** What a decoder writes for bytes that are no character, or not one yet. */
const replacement = "\uFFFD";

/**
 * Tokens kept as context for the next. Decoders look back at most to the start of a character (UTF-8: four bytes,
 * so four tokens), and treat the first token of a text apart (SentencePiece drops its space).
 */
const contextTokens = 8;

/** Twice the context, so that each token is decoded about a dozen times at most. */
const windowTokens = 2 * contextTokens;

/** A byte of SentencePiece's fallback: what a run of them says is known once the run is over. */
function isByteToken(token: string): boolean {
  return /^<0x..>$/.test(token);
}

export interface TextStreamOptions {
  /** Special tokens that are told as any other. Default none. */
  shown?: ReadonlySet<string>;
}

export class TextStream {
  readonly #tokenizer: Tokenizer;
  readonly #shown: ReadonlySet<string>;
  /** The last tokens that have text, and the start of theirs that was told. */
  #window: number[] = [];
  #toldOfWindow = 0;
  #told = "";

  constructor(tokenizer: Tokenizer, { shown = new Set() }: TextStreamOptions = {}) {
    this.#tokenizer = tokenizer;
    this.#shown = shown;
  }

  /** All text so far, as decoding at once every token that is told gives it. */
  get text(): string {
    return this.#told + this.#decoded().slice(this.#toldOfWindow);
  }

  /** The text that has become certain with this token; often empty, never part of a character. */
  add(id: number): string {
    const token = this.#tokenizer.idToToken(id);
    if (token === undefined) return "";
    if (isSpecial(this.#tokenizer, id) && !this.#shown.has(token)) return "";
    this.#window.push(id);
    if (isByteToken(token)) return "";
    const text = this.#decoded();
    const certain = this.#tell(text.endsWith(replacement) ? text.slice(0, -1) : text);
    if (this.#window.length > windowTokens) this.#shorten(text);
    return certain;
  }

  /** The rest, when no token follows. */
  end(): string {
    return this.#tell(this.#decoded());
  }

  #decoded(): string {
    return this.#decode(this.#window);
  }

  /** Of the special tokens only those that are told ever get here. */
  #decode(ids: readonly number[]): string {
    return this.#tokenizer.decode(ids, { skipSpecialTokens: this.#shown.size === 0 });
  }

  #tell(certain: string): string {
    const piece = certain.slice(this.#toldOfWindow);
    this.#toldOfWindow = Math.max(this.#toldOfWindow, certain.length);
    this.#told += piece;
    return piece;
  }

  /** Lets go of the tokens before the context, when the context alone ends in the same text. */
  #shorten(text: string): void {
    const context = this.#window.slice(-contextTokens);
    const shorter = this.#decode(context);
    const untold = text.length - this.#toldOfWindow;
    const hasText = shorter.slice(0, shorter.length - untold).trim() !== "";
    if (!hasText || !text.endsWith(shorter.slice(shorter.length - untold))) return;
    this.#window = context;
    this.#toldOfWindow = shorter.length - untold;
  }
}
