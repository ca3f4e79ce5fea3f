// An answer as Anthropic has it: blocks, whole and as events of a stream.
import { parseJson } from "../../core/json-text.ts";
import type { FinishReason } from "../../generate/requests.ts";
import type { AnswerPart } from "../../text/answers/index.ts";
import type { ServerEvent } from "../http/event-stream.ts";
import type { AnswerTotals } from "../model/messages.ts";
import { newId } from "../openai/chat-answer.ts";

type Block =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "tool_use"; id: string; name: string; input: unknown };

const event = (type: string, more: object): ServerEvent => ({
  event: type,
  data: { type, ...more },
});

/** Arguments as an object: a call has one, or its text; of a call that was cut there is none. */
function inputOf(given: unknown): unknown {
  if (typeof given !== "string") return given;
  const parsed = parseJson(given);
  return parsed.ok ? parsed.value : {};
}

function started(part: AnswerPart): Block {
  if (part.kind !== "tool-call")
    return part.kind === "content"
      ? { type: "text", text: "" }
      : { type: "thinking", thinking: "", signature: "" };
  const { id, name, arguments: given } = part.call;
  return { type: "tool_use", id: id ?? newId("toolu_"), name, input: inputOf(given) };
}

/** The delta of a part, which is added to the block. */
function added(block: Block, part: AnswerPart): object {
  if (block.type === "tool_use")
    return { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
  const text = "text" in part ? part.text : "";
  if (block.type === "text") {
    block.text += text;
    return { type: "text_delta", text };
  }
  block.thinking += text;
  return { type: "thinking_delta", thinking: text };
}

const kinds = { text: "content", thinking: "reasoning", tool_use: "tool-call" } as const;

export class MessageAnswer {
  readonly #blocks: Block[] = [];
  #stop: { stop_reason: string; stop_sequence: string | null } = {
    stop_reason: "end_turn",
    stop_sequence: null,
  };

  /** Events of the parts: blocks begin and end where the kind changes. */
  add(parts: readonly AnswerPart[]): ServerEvent[] {
    return parts.flatMap((part) => {
      const last = this.#blocks.at(-1);
      const isMore =
        last !== undefined && part.kind !== "tool-call" && kinds[last.type] === part.kind;
      if (isMore) return [this.#delta(added(last, part))];
      const before = this.#closing();
      const block = started(part);
      const shown = block.type === "tool_use" ? { ...block, input: {} } : { ...block };
      this.#blocks.push(block);
      const index = this.#blocks.length - 1;
      const begin = event("content_block_start", { index, content_block: shown });
      return [...before, begin, this.#delta(added(block, part))];
    });
  }

  #delta(delta: object): ServerEvent {
    return event("content_block_delta", { index: this.#blocks.length - 1, delta });
  }

  #closing(): ServerEvent[] {
    const index = this.#blocks.length - 1;
    return index < 0 ? [] : [event("content_block_stop", { index })];
  }

  end(reason: FinishReason, stopString: string | undefined): void {
    const hasCalls = this.#blocks.some(({ type }) => type === "tool_use");
    const isCut = reason === "length" || reason === "position-limit";
    const other = hasCalls ? "tool_use" : stopString === undefined ? "end_turn" : "stop_sequence";
    this.#stop = { stop_reason: isCut ? "max_tokens" : other, stop_sequence: stopString ?? null };
  }

  /** The last events of a stream. */
  closing(totals: AnswerTotals): ServerEvent[] {
    return [
      ...this.#closing(),
      event("message_delta", { delta: this.#stop, usage: usageOf(totals) }),
      event("message_stop", {}),
    ];
  }

  whole(heading: object, totals: AnswerTotals): object {
    return { ...heading, content: this.#blocks, ...this.#stop, usage: usageOf(totals) };
  }
}

function usageOf({ promptTokens, cachedTokens, answerTokens }: AnswerTotals): object {
  return {
    input_tokens: promptTokens - cachedTokens,
    cache_read_input_tokens: cachedTokens,
    cache_creation_input_tokens: 0,
    output_tokens: answerTokens,
  };
}

/** The first event of a stream. */
export function messageStart(heading: object, promptTokens: number): ServerEvent {
  const usage = { input_tokens: promptTokens, output_tokens: 0 };
  const message = { ...heading, content: [], stop_reason: null, stop_sequence: null, usage };
  return event("message_start", { message });
}
