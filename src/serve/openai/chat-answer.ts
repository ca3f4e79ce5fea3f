// Answers in the words of chat completions: whole, and in chunks.
import { randomBytes } from "node:crypto";
import type { FinishReason } from "../../generate/requests.ts";
import type { AnswerPart } from "../../text/answers/index.ts";
import type { ToolCall } from "../../text/types.ts";
import type { TokenText, ToldToken } from "../model/messages.ts";

export const newId = (prefix: string): string => `${prefix}${randomBytes(12).toString("hex")}`;

export interface CallBody {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

function callBody({ id, name, arguments: given }: ToolCall): CallBody {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  return { id: id ?? newId("call_"), type: "function", function: { name, arguments: text } };
}

function rated({ text, bytes, logProbability }: TokenText): object {
  return { token: text, logprob: logProbability, bytes };
}

const ratings = (tokens: readonly ToldToken[]): object[] =>
  tokens.map((token) => ({ ...rated(token), top_logprobs: token.alternatives.map(rated) }));

export function finishReasonOf(reason: FinishReason, hasCalls: boolean): string {
  if (reason === "length" || reason === "position-limit") return "length";
  return hasCalls ? "tool_calls" : "stop";
}

/** One choice, gathered from its pieces. */
export class ChatChoice {
  readonly #index: number;
  readonly #isRated: boolean;
  #content = "";
  #reasoning = "";
  readonly #calls: CallBody[] = [];
  readonly #ratings: object[] = [];
  #finishReason = "stop";

  constructor(index: number, isRated: boolean) {
    this.#index = index;
    this.#isRated = isRated;
  }

  /** What the pieces are as deltas of a stream, each to be sent by itself. */
  add(parts: readonly AnswerPart[]): object[] {
    return parts.map((part) => {
      if (part.kind !== "tool-call") return this.#say(part.kind, part.text);
      const call = callBody(part.call);
      this.#calls.push(call);
      return { tool_calls: [{ index: this.#calls.length - 1, ...call }] };
    });
  }

  #say(kind: "content" | "reasoning", text: string): object {
    if (kind === "content") this.#content += text;
    else this.#reasoning += text;
    return kind === "content" ? { content: text } : { reasoning_content: text };
  }

  rate(tokens: readonly ToldToken[]): void {
    this.#ratings.push(...ratings(tokens));
  }

  end(reason: FinishReason): string {
    this.#finishReason = finishReasonOf(reason, this.#calls.length > 0);
    return this.#finishReason;
  }

  /** A chunk of a stream. */
  chunk(delta: object, tokens: readonly ToldToken[], finishReason: string | null = null): object {
    const logprobs = this.#isRated && tokens.length > 0 ? { content: ratings(tokens) } : null;
    return { index: this.#index, delta, logprobs, finish_reason: finishReason };
  }

  whole(): object {
    const hasCalls = this.#calls.length > 0;
    const message = {
      role: "assistant",
      content: this.#content === "" && hasCalls ? null : this.#content,
      refusal: null,
      ...(this.#reasoning !== "" && { reasoning_content: this.#reasoning }),
      ...(hasCalls && { tool_calls: this.#calls }),
    };
    const logprobs = this.#isRated ? { content: this.#ratings, refusal: null } : null;
    return { index: this.#index, message, logprobs, finish_reason: this.#finishReason };
  }
}
