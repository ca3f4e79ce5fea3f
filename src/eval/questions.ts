// What rows of data ask a model, and what it should answer: the conversation before its last answer, and that answer.
// Asks nothing.
import type { Row } from "../data/index.ts";
import { question as questionText, textOf } from "../text/conversation.ts";
import type {
  ConversationSample,
  InstructionSample,
  Message,
  Renderer,
  Sample,
  ToolCall,
} from "../text/types.ts";
import type { Told } from "./contamination.ts";

export interface Question {
  row: Row;
  /** What the model is fed. */
  ids: number[];
  /** The same for a person to read. */
  prompt: string;
  reference: string;
  /** Calls of tools in the answer. */
  calls: readonly ToolCall[];
}

export interface Unasked {
  row: Row;
  reason: string;
}

/** As it was trained: up to the first token of the output. */
function beforeOutput(renderer: Renderer, sample: InstructionSample): number[] {
  const { ids, weights } = renderer.render(sample, "last");
  const first = weights.findIndex((weight) => weight > 0);
  return ids.slice(0, first < 0 ? ids.length : first);
}

interface Asked {
  before: Message[];
  reference: string;
  calls: readonly ToolCall[];
}

function asked(messages: readonly Message[], readsCalls: boolean): Asked | string {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return "it does not end with an answer";
  const reference = textOf(last);
  const calls = last.toolCalls ?? [];
  if (reference === "" && !(readsCalls && calls.length > 0)) return "its answer has no text";
  return { before: messages.slice(0, -1), reference, calls };
}

/** What a row asks and its answer, as text; or why it asks nothing. */
function spoken({ sample: any }: Row, readsCalls = false): (Told & Partial<Asked>) | string {
  // rows of other kinds (a preference, a judgement) have no one answer
  const sample = any as Sample | { kind: "other" };
  if (sample.kind === "instruction")
    return { prompt: questionText(sample), reference: sample.output };
  if (sample.kind !== "chat") return `rows of this kind (${any.kind}) ask nothing`;
  const found = asked(sample.messages, readsCalls);
  if (typeof found === "string") return found;
  const prompt = found.before.map((message) => `${message.role}: ${textOf(message)}`).join("\n");
  return { ...found, prompt };
}

/** The text of a row's question and answer; undefined for a row that asks nothing. */
export function toldOf(row: Row): Told | undefined {
  const told = spoken(row);
  return typeof told === "string" ? undefined : { prompt: told.prompt, reference: told.reference };
}

function questionOf(row: Row, renderer: Renderer, readsCalls: boolean): Question | Unasked {
  const told = spoken(row, readsCalls);
  if (typeof told === "string") return { row, reason: told };
  const { before, prompt, reference, calls = [] } = told;
  const sample = row.sample as ConversationSample | InstructionSample;
  const ids =
    sample.kind === "instruction"
      ? beforeOutput(renderer, sample)
      : renderer.prompt(before ?? [], sample.tools);
  return { row, ids, prompt, reference, calls };
}

/** Rows whose answer is nothing but calls are asked where something `readsCalls`. */
export function questionsOf(
  rows: readonly Row[],
  renderer: Renderer,
  { readsCalls = false }: { readsCalls?: boolean } = {},
): { questions: Question[]; unasked: Unasked[] } {
  const all = rows.map((row) => questionOf(row, renderer, readsCalls));
  return {
    questions: all.flatMap((one) => ("ids" in one ? [one] : [])),
    unasked: all.flatMap((one) => ("ids" in one ? [] : [one])),
  };
}
