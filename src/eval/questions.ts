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
} from "../text/types.ts";
import type { Told } from "./contamination.ts";

export interface Question {
  row: Row;
  /** What the model is fed. */
  ids: number[];
  /** The same for a person to read. */
  prompt: string;
  reference: string;
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

function asked(messages: readonly Message[]): { before: Message[]; reference: string } | string {
  const last = messages.at(-1);
  if (last?.role !== "assistant") return "it does not end with an answer";
  const reference = textOf(last);
  if (reference === "") return "its answer has no text";
  return { before: messages.slice(0, -1), reference };
}

/** What a row asks and its answer, as text; or why it asks nothing. */
function spoken({ sample: any }: Row): (Told & { before?: Message[] }) | string {
  // rows of other kinds (a preference, a judgement) have no one answer
  const sample = any as Sample | { kind: "other" };
  if (sample.kind === "instruction")
    return { prompt: questionText(sample), reference: sample.output };
  if (sample.kind !== "chat") return `rows of this kind (${any.kind}) ask nothing`;
  const found = asked(sample.messages);
  if (typeof found === "string") return found;
  const prompt = found.before.map((message) => `${message.role}: ${textOf(message)}`).join("\n");
  return { ...found, prompt };
}

/** The text of a row's question and answer; undefined for a row that asks nothing. */
export function toldOf(row: Row): Told | undefined {
  const told = spoken(row);
  return typeof told === "string" ? undefined : { prompt: told.prompt, reference: told.reference };
}

function questionOf(row: Row, renderer: Renderer): Question | Unasked {
  const told = spoken(row);
  if (typeof told === "string") return { row, reason: told };
  const { before, prompt, reference } = told;
  const sample = row.sample as ConversationSample | InstructionSample;
  const ids =
    sample.kind === "instruction"
      ? beforeOutput(renderer, sample)
      : renderer.prompt(before ?? [], sample.tools);
  return { row, ids, prompt, reference };
}

export function questionsOf(
  rows: readonly Row[],
  renderer: Renderer,
): { questions: Question[]; unasked: Unasked[] } {
  const all = rows.map((row) => questionOf(row, renderer));
  return {
    questions: all.flatMap((one) => ("ids" in one ? [one] : [])),
    unasked: all.flatMap((one) => ("ids" in one ? [] : [one])),
  };
}
