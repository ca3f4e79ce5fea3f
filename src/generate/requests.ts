// What is asked of the engine, and what it tells: words that its parts share. Types only.
import type { Constraint } from "./constraints/types.ts";
import type { SamplingOptions } from "./sampling.ts";

export type { Constraint, ConstraintState } from "./constraints/types.ts";

/** One answer that the engine is asked for. */
export interface GenerationRequest {
  /** At least one token. */
  prompt: readonly number[];
  maxTokens: number;
  /** Any of these ends the answer and is not part of it. */
  stopTokenIds: readonly number[];
  /** Text that ends the answer and is not part of it. */
  stopStrings?: readonly string[];
  /** Special tokens whose text is told: what marks calls and thoughts in some templates. */
  shownTokens?: ReadonlySet<string>;
  sampling: SamplingOptions;
  seed: number;
  constraint?: Constraint | undefined;
  /** How many likeliest tokens are told beside each; 0: its own log-probability alone. Absent: none is computed. */
  alternatives?: number | undefined;
  /** Of an adapter that the engine was given; absent: the model as it is. */
  adapter?: string | undefined;
}

export interface RatedToken {
  id: number;
  /** Natural, of the model's own distribution: before penalties, limits and temperature. */
  logProbability: number;
}

export interface GeneratedToken {
  id: number;
  /** What became certain with it: often empty, never a part of a character or of a stop text. */
  text: string;
  logProbability?: number;
  /** Likeliest first. */
  alternatives?: RatedToken[];
}

/**
 * The model, a stop text or a constraint ended the answer; `maxTokens` did; the model's last learned position did, which
 * leaves no room for more; or whoever asked did.
 */
export type FinishReason = "stop" | "length" | "position-limit" | "cancelled";

/** How an answer ended, with its text, its tokens and the time that it took. */
export interface GenerationEnd {
  finishReason: FinishReason;
  /** The stop text that ended it. */
  stopString?: string;
  tokenIds: number[];
  /** All that was told, with what became certain at the end. */
  text: string;
  /** Tokens of the prompt that were not read again. */
  cachedTokens: number;
  promptTokens: number;
  /** Until the first token, from when the request came; and until the last. */
  seconds: { first: number; all: number };
}
