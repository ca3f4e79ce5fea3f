// What rows of data ask a model, and what it should answer: the conversation before its last answer, and that answer.
// Asks nothing.
import type { Row } from "../data/index.ts";
import { question as questionText, textOf } from "../text/conversation.ts";
import type { InstructionSample, Message, Renderer, Sample } from "../text/types.ts";

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

function ofInstruction(row: Row, sample: InstructionSample, renderer: Renderer): Question {
  const ids = beforeOutput(renderer, sample);
  return { row, ids, prompt: questionText(sample), reference: sample.output };
}

function questionOf(row: Row, renderer: Renderer): Question | Unasked {
  // rows of other kinds (a preference, a judgement) have no one answer
  const sample = row.sample as Sample | { kind: "other" };
  if (sample.kind === "instruction") return ofInstruction(row, sample, renderer);
  if (sample.kind !== "chat")
    return { row, reason: `rows of this kind (${row.sample.kind}) ask nothing` };
  const found = asked(sample.messages);
  if (typeof found === "string") return { row, reason: found };
  const { before, reference } = found;
  const prompt = before.map((message) => `${message.role}: ${textOf(message)}`).join("\n");
  return { row, ids: renderer.prompt(before, sample.tools), prompt, reference };
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
