// What the server and the process that holds the model say to each other. Plain data, in nobody's API's words.
import type { PackedError } from "../../core/packed-errors.ts";
import type { FinishReason } from "../../generate/requests.ts";
import type { AnswerPart } from "../../text/answers/index.ts";
import type { JsonObject, Message } from "../../text/types.ts";

export type Prompt =
  | { messages: Message[]; tools?: JsonObject[] }
  | { text: string }
  | { ids: number[] };

/** What an answer must be, beside an answer. */
export type AnswerForm = { kind: "json" } | { kind: "schema"; schema: unknown };

export type CallChoice = "auto" | "none" | "required" | { name: string };

/** How tokens are chosen; as `SamplingOptions`, in plain data. */
export interface Sampling {
  temperature: number;
  topP: number;
  topK: number;
  minP: number;
  repetitionPenalty: number;
  presencePenalty: number;
  frequencyPenalty: number;
  /** Token and what is added to its logit. */
  logitBias: [token: number, bias: number][];
}

export interface AnswerRequest {
  /** Each is answered `choices` times. */
  prompts: Prompt[];
  choices: number;
  /** Absent: what the server is set to. */
  maxTokens?: number | undefined;
  stop: string[];
  sampling: Sampling;
  /** Choice n is drawn with seed + n. */
  seed: number;
  adapter?: string | undefined;
  /** How many likeliest tokens are told beside each; absent: no log-probabilities. */
  alternatives?: number | undefined;
  form?: AnswerForm | undefined;
  calls: CallChoice;
  /** Thoughts and calls are told apart from the answer. */
  isTakenApart: boolean;
  /** The prompt is told before its answer. */
  isEchoed?: boolean;
}

/** A token by its text and its bytes: a token may be part of a character. */
export interface TokenText {
  text: string;
  bytes: number[];
  logProbability: number;
}

export interface ToldToken extends TokenText {
  alternatives: TokenText[];
}

export type AnswerEvent =
  | { type: "begun"; promptTokens: number }
  | { type: "piece"; choice: number; parts: AnswerPart[]; tokens: ToldToken[] }
  | { type: "choice-ended"; choice: number; finishReason: FinishReason; stopString?: string };

export interface AnswerTotals {
  promptTokens: number;
  /** Of the prompt, not read again. */
  cachedTokens: number;
  answerTokens: number;
  reasoningTokens: number;
}

export interface EmbedRequest {
  /** Texts, or the ids of texts. */
  inputs: (string | number[])[];
}

export interface EmbedResult {
  vectors: number[][];
  /** Of all inputs. */
  tokens: number;
}

/** What is asked of the process, with what it answers. */
export interface Calls {
  answer: { request: AnswerRequest; event: AnswerEvent; result: AnswerTotals };
  count: {
    request: { prompt: Prompt; adapter?: string | undefined };
    event: never;
    result: number;
  };
  embed: { request: EmbedRequest; event: never; result: EmbedResult };
  "add-adapter": { request: Adapter; event: never; result: null };
  "remove-adapter": { request: { name: string }; event: never; result: null };
}

export type CallName = keyof Calls;

export interface Adapter {
  name: string;
  folder: string;
}

/** What the server says. */
export type ToModel =
  | { type: "call"; id: number; name: CallName; request: unknown }
  | { type: "cancel"; id: number };

/** What is known of a model once it is loaded. */
export interface ModelFacts {
  warnings: string[];
  /** Most tokens of prompt and answer; null where nothing says. */
  context: number | null;
}

/** What the process says. `isAskers`: the request is at fault, not the model. */
export type FromModel =
  | { type: "ready"; facts: ModelFacts }
  | { type: "event"; id: number; event: unknown }
  | { type: "result"; id: number; result: unknown }
  | { type: "failed"; id: number; error: PackedError; isAskers: boolean };
