// The words that text/ and everything above it share: messages, samples, renderings. Types only.

import type { Location } from "../core/errors.ts";

export type Role = "system" | "user" | "assistant" | "tool";

export type JsonObject = Readonly<Record<string, unknown>>;

/** A piece of a message. `text` pieces have their text; other kinds (image_url, …) stay as the data has them. */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly [key: string]: unknown;
}

/** A function that the assistant asks for. */
export interface ToolCall {
  id?: string;
  name: string;
  /** An object, or its JSON text. */
  arguments: JsonObject | string;
}

/** A message as OpenAI, mlx-lm and transformers have it. Not every template can say more than role and text. */
export interface Message {
  role: Role;
  /** May be left out where the assistant only calls tools. */
  content?: string | readonly ContentPart[];
  /** Who speaks, within the role; of a tool's answer, the tool. */
  name?: string;
  /** What the assistant thought before it answered. */
  reasoning?: string;
  toolCalls?: readonly ToolCall[];
  /** Of a tool's answer: the call that it answers. */
  toolCallId?: string;
  /** Of an assistant message: what learning it counts for; 0 leaves it unlearned. Default 1. */
  weight?: number;
}

/** A message as templates of our own write it: its role and its text. */
export interface PlainMessage {
  role: Role;
  content: string;
  name?: string;
}

/** A conversation to learn from: roles alternate as the data says, nothing is added. */
export interface ConversationSample {
  kind: "chat";
  messages: Message[];
  /** What the assistant may call: JSON Schemas of functions, as OpenAI has them. */
  tools?: readonly JsonObject[];
}

/** An Alpaca-style row; `input` is the empty string when the row has none. */
export interface InstructionSample {
  kind: "instruction";
  instruction: string;
  input: string;
  output: string;
}

/** Plain text, all of it learned; ends in EOS. */
export interface TextSample {
  kind: "text";
  text: string;
  /** One of many that are joined and cut into windows. */
  isDocument?: boolean;
}

/** A prompt and two answers to it, of which one is better. No template renders it as it is: an objective does. */
export interface PreferenceSample {
  kind: "preference";
  /** What both answer to; ends before an assistant message. */
  prompt: Message[];
  /** From the first assistant message on; ends with one. */
  chosen: Message[];
  rejected: Message[];
  tools?: readonly JsonObject[];
}

/** A prompt and one answer, and whether it is as wanted. */
export interface JudgedSample {
  kind: "judged";
  prompt: Message[];
  completion: Message[];
  /** The answer is as wanted. */
  label: boolean;
  tools?: readonly JsonObject[];
}

/** What a row holds to learn from. */
export type Sample = ConversationSample | InstructionSample | TextSample;

/** Which tokens are learned: every token, every assistant turn, or the last assistant turn only. */
export type MaskPolicy = "all" | "assistant" | "last";

/** What is learned, in full. */
export interface Masking {
  turns: MaskPolicy;
  /** Thoughts are learned with the turn that they are in, or stand there unlearned. */
  reasoning: "keep" | "mask";
  /** Whether thoughts that say nothing are learned as well. */
  emptyThoughts: boolean;
}

/** Token ids with one loss weight a token: 0 not learned, 1 learned unless a message says otherwise; equal lengths. */
export interface Rendered {
  ids: number[];
  weights: number[];
}

/** Half-open, in UTF-16 units of one text. */
export type Span = readonly [start: number, end: number];

/** Ids with the span of each in the text they came from. */
export interface Located {
  ids: number[];
  offsets: Span[];
}

/** A tokenizer as the rest of the program sees it. Offsets count UTF-16 units of the text given. */
export interface Tokenizer {
  /** Of all that decides which ids a text becomes: equal digests, equal ids. */
  readonly digest: string;
  readonly vocabularySize: number;
  readonly bosTokenId: number | undefined;
  readonly eosTokenId: number | undefined;
  readonly padTokenId: number | undefined;
  /** Every id that ends a turn or a text when generating. */
  readonly stopTokenIds: readonly number[];
  /** The model's own Jinja chat template, when its files carry one. */
  readonly chatTemplate: string | undefined;
  /** The one for conversations with tools, where the model has one apart. */
  readonly toolTemplate?: string | undefined;
  /** Special tokens by their role name (bos_token, eos_token, …), for Jinja templates. */
  readonly specialTokens: Readonly<Record<string, string>>;
  /** Every token marked special, as text. */
  readonly specialContents: readonly string[];
  /** The decoder of tokenizer.json: how the writings of tokens become text. */
  readonly decoder?: unknown;
  /** Ids of `text`. `addSpecialTokens` puts what the tokenizer's post-processor adds (BOS, say); default false. */
  encode(text: string, options?: { addSpecialTokens?: boolean }): number[];
  /**
   * Ids with the span of each in `text`; nothing is added. `literal` takes special tokens in the text as ordinary
   * text, so that data cannot forge a turn; default false.
   */
  encodeWithOffsets(text: string, options?: { literal?: boolean }): Located;
  /**
   * Starts encoding many texts at once; the function handed back waits for the result. The same as one by one, in
   * a fraction of the time. With `addSpecialTokens` spans are left out.
   */
  encodeBatch(texts: readonly string[], options?: { addSpecialTokens?: boolean }): () => Located[];
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): string;
  tokenToId(token: string): number | undefined;
  /** The token as the vocabulary writes it, which is not its text; undefined for an id it does not have. */
  idToToken(id: number): string | undefined;
}

/** Turns a sample into ids and weights; the template is chosen once for a run. */
export interface Renderer {
  readonly name: string;
  /** Made for conversations, rather than for one task or plain text: which form of a dataset suits it. */
  readonly takesTurns: boolean;
  /** The Jinja that it renders with, of a renderer that does. */
  readonly source?: string | undefined;
  /** What of tools it can say itself; the rest can be told in words (told-tools.ts). */
  readonly says: { readonly tools: boolean; readonly toolCalls: boolean };
  /** Training form: the whole sample with the mask of `policy`. */
  render(sample: Sample, policy: MaskPolicy | Masking): Rendered;
  /**
   * Each sample as `render` gives it, several times as fast. `place` says where a sample comes from, for errors.
   * Throws one DataError that lists every sample of the kind that cannot be rendered, else what `render` throws.
   */
  renderMany(
    samples: readonly Sample[],
    policy: MaskPolicy | Masking,
    place?: (index: number) => Location,
  ): Rendered[];
  /** What is probably not meant, of the template with this model and of these samples; one line each. */
  notices(samples: Iterable<Sample>): string[];
  /** Inference form: what to feed the model so that it answers `messages`, knowing `tools`. */
  prompt(messages: readonly Message[], tools?: readonly JsonObject[]): number[];
  /** The text of `prompt`, for showing. */
  promptText(messages: readonly Message[], tools?: readonly JsonObject[]): string;
}
