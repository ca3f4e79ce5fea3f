// One question to several at once, told as it comes: pieces of each answer with the probabilities of their tokens, how each
// ended and how fast it was. One that fails is told so; the others go on.
import { randomInt } from "node:crypto";
import { FtError } from "../../core/errors.ts";
import { firstOf } from "../../core/signals.ts";
import { AskersError, EventQueue } from "../../serve/index.ts";
import type {
  AnswerEvent,
  AnswerRequest,
  Sampling,
  TokenText,
  ToldToken,
} from "../../serve/index.ts";
import type { Message } from "../../text/types.ts";
import type { Subject } from "./subjects.ts";
import type { TryHost } from "./try-host.ts";

export interface TrySide {
  subject: Subject;
  messages: Message[];
}

export interface TryQuestion {
  sides: TrySide[];
  sampling: Omit<Sampling, "logitBias" | "presencePenalty" | "frequencyPenalty">;
  maxTokens: number;
  /** Absent: one of four billion, told when it ends. */
  seed?: number | undefined;
  /** Likeliest tokens told beside each; 0: no probabilities. */
  alternatives: number;
}

export interface ToldText {
  text: string;
  logprob: number;
}

export interface ToldPiece extends ToldText {
  top: ToldText[];
}

export type TryEvent =
  | { type: "loading"; side: number; base: string }
  | { type: "begun"; side: number; prompt_tokens: number }
  | { type: "piece"; side: number; text: string; reasoning: string; tokens: ToldPiece[] }
  | ({ type: "ended"; side: number } & TryFigures)
  | { type: "failed"; side: number; code: string; message: string; hint: string | null }
  | { type: "done"; seed: number; trial: string | null };

export interface TryFigures {
  /** Why it ended. */
  reason: string;
  prompt_tokens: number;
  cached_tokens: number;
  answer_tokens: number;
  /** Until the first token, and in all. */
  first_token_seconds: number | null;
  seconds: number;
}

const told = ({ text, logProbability }: TokenText): ToldText => ({
  text,
  logprob: Math.round(logProbability * 1e5) / 1e5,
});

const toldToken = (token: ToldToken): ToldPiece => ({
  ...told(token),
  top: token.alternatives.map(told),
});

function requestOf(question: TryQuestion, messages: Message[], seed: number): AnswerRequest {
  const { sampling, maxTokens, alternatives } = question;
  const none = { presencePenalty: 0, frequencyPenalty: 0, logitBias: [] };
  return {
    ...{ prompts: [{ messages }], choices: 1, maxTokens, stop: [], seed },
    ...{ sampling: { ...sampling, ...none }, calls: "none", isTakenApart: true },
    ...(alternatives > 0 && { alternatives }),
  };
}

/** Text and thoughts of a piece; what stands in calls is text as well, since there are no tools. */
function pieceOf(side: number, { parts, tokens }: AnswerEvent & { type: "piece" }): TryEvent {
  const textOf = (kind: "content" | "reasoning"): string =>
    parts.map((part) => (part.kind === kind ? part.text : "")).join("");
  const [text, reasoning] = [textOf("content"), textOf("reasoning")];
  return { type: "piece", side, text, reasoning, tokens: tokens.map(toldToken) };
}

function failureOf(side: number, thrown: unknown): TryEvent {
  const error = thrown instanceof AskersError ? thrown.error : thrown;
  if (!(error instanceof FtError))
    return {
      type: "failed",
      side,
      code: "internal",
      message: "the model could not be asked",
      hint: null,
    };
  const { code, message, hint = null } = error;
  return { type: "failed", side, code, message, hint };
}

/** Tells of one side until it has ended. Throws nothing. */
async function follow(
  host: TryHost,
  side: number,
  asked: { question: TryQuestion; seed: number; signal: AbortSignal },
  tell: (event: TryEvent) => void,
): Promise<void> {
  const { question, seed, signal } = asked;
  const { subject, messages } = question.sides[side] as TrySide;
  const { base, adapter, id } = subject;
  try {
    if (!host.isReady(base)) tell({ type: "loading", side, base });
    const put = adapter === null ? undefined : { name: id, folder: adapter };
    const call = await host.ask(base, put, requestOf(question, messages, seed), signal);
    const began = performance.now();
    const seconds = (): number => Math.round(performance.now() - began) / 1000;
    let [reason, first]: [string, number | null] = ["stop", null];
    for await (const event of call) {
      if (event.type === "begun") tell({ type: "begun", side, prompt_tokens: event.promptTokens });
      else if (event.type === "choice-ended") reason = event.finishReason;
      else {
        first ??= seconds();
        tell(pieceOf(side, event));
      }
    }
    const { promptTokens, cachedTokens, answerTokens } = await call.result;
    const figures = {
      prompt_tokens: promptTokens,
      cached_tokens: cachedTokens,
      answer_tokens: answerTokens,
    };
    tell({
      type: "ended",
      side,
      reason,
      ...figures,
      first_token_seconds: first,
      seconds: seconds(),
    });
  } catch (error) {
    if (!signal.aborted) tell(failureOf(side, error));
  }
}

/** Events of all sides as they come, then `done`. A client that leaves ends what is being written. */
export async function* askSides(
  host: TryHost,
  question: TryQuestion,
  signal: AbortSignal,
): AsyncGenerator<TryEvent, void> {
  const seed = question.seed ?? randomInt(2 ** 32);
  const left = new AbortController();
  const either = firstOf([signal, left.signal]);
  const events = new EventQueue<TryEvent>();
  const sides = question.sides.map((_, side) =>
    follow(host, side, { question, seed, signal: either.signal }, (event) => events.push(event)),
  );
  void Promise.all(sides).then(() => events.end());
  try {
    yield* events;
    if (!signal.aborted) yield { type: "done", seed, trial: null };
  } finally {
    left.abort();
    either.done();
  }
}
