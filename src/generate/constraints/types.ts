// What the engine sees of a constraint, and what a constraint needs to know of a vocabulary. Types only.

/** What may be written: compiled once for a vocabulary, used by any number of answers. */
export interface Constraint {
  begin(): ConstraintState;
}

/** Where one answer has got to. */
export interface ConstraintState {
  /**
   * A bit for each token that may follow: token t is bit `t & 31` of word `t >> 5`. Shared and cached: not to be
   * changed. Tokens that end the text are allowed exactly where it is complete.
   */
  allowed(): Uint32Array;
  /** The text may end here, and nothing else may follow. */
  readonly isFinished: boolean;
  /** Takes a token that `allowed` allows; also one that ends the text. Throws RangeError for any other. */
  accept(token: number): void;
}

export interface TokenVocabulary {
  /** By token; undefined: special, or without text. */
  readonly bytes: readonly (Uint8Array | undefined)[];
  /** Tokens that end the text. */
  readonly endTokens: readonly number[];
  /** Logits of one position; at least the number of tokens. */
  readonly size: number;
  /**
   * What a token writes at the beginning of a text, where that is not what it writes elsewhere: SentencePiece's decoders
   * drop a space there.
   */
  readonly firstBytes?: ReadonlyMap<number, Uint8Array>;
}
