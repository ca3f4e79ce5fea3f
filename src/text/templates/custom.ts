// A format of the user's own, with {placeholders}, from the option itself or from a file.
// Doubled braces stand for themselves, as in Python's str.format; there is no logic (that is `jinja`).
import { ConfigError, DataError } from "../../core/errors.ts";
import { exchangesOf, openForAnswer, question } from "../conversation.ts";
import type { Segment } from "../encoding.ts";
import type { InstructionSample, PlainMessage, Renderer } from "../types.ts";
import { givenText } from "./given-text.ts";
import { segmentRenderer, type TemplateContext } from "./template.ts";

type Part = { text: string } | { placeholder: string };
type Values = Readonly<Record<string, string | undefined>>;

const answers = new Set(["output", "assistant"]);
const questions = new Set(["instruction", "user"]);

/** Whether the piece is one of these placeholders. */
function isOneOf(part: Part, names: ReadonlySet<string>): boolean {
  return "placeholder" in part && names.has(part.placeholder);
}

function isAnswer(part: Part): boolean {
  return isOneOf(part, answers);
}

/** The format in pieces. Braces that are neither doubled nor around a name are text. */
function parse(format: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of format.matchAll(/\{\{|\}\}|\{(\w+)\}/g)) {
    parts.push({ text: format.slice(end, match.index) });
    parts.push(match[1] === undefined ? { text: match[0].slice(1) } : { placeholder: match[1] });
    end = match.index + match[0].length;
  }
  parts.push({ text: format.slice(end) });
  return parts;
}

function valueOf(placeholder: string, values: Values): string {
  const value = values[placeholder];
  if (value !== undefined) return value;
  const known = Object.keys(values).filter((key) => values[key] !== undefined);
  throw new DataError("FT-DATA-020", {
    message: `Missing value for placeholder '${placeholder}'`,
    hint: `use one of: ${known.map((key) => `{${key}}`).join(", ")}`,
  });
}

/** The first answer and all text after it are learned: what follows tells the model where to stop. */
function fill(parts: readonly Part[], values: Values, turn: number): Segment[] {
  const answer = parts.findIndex(isAnswer);
  return parts.map((part, at): Segment => {
    const learned = answer === -1 || at < answer ? {} : { turn };
    if ("text" in part) return { text: part.text, ...learned };
    return { text: valueOf(part.placeholder, values), fromData: true, ...learned };
  });
}

/** Refuses what the format has no place for: it would be left out without a word. */
function requirePlace(parts: readonly Part[], names: readonly string[], field: string): void {
  if (parts.some((part) => isOneOf(part, new Set(names)))) return;
  const places = names.map((name) => `{${name}}`);
  throw new DataError("FT-DATA-020", {
    at: { field },
    message: `the format has no ${places.join(" or ")}, so this text would be lost`,
    hint: `put ${places.at(-1)} where it goes; it is empty for rows that have none`,
  });
}

function instruction(parts: readonly Part[], sample: InstructionSample): Segment[] {
  const { instruction: task, input, output } = sample;
  if (input !== "") requirePlace(parts, ["user", "input"], "input");
  const values = { instruction: task, input, output, user: question(sample), assistant: output };
  return fill(parts, values, 0);
}

/**
 * The pieces of a turn after the first, which has said who the assistant is: what follows {system}, from the next line
 * on if there is one before the question. Where the question comes first, all of it, with an empty {system}.
 */
function laterTurn(parts: readonly Part[]): readonly Part[] {
  const system = parts.findIndex((part) => isOneOf(part, new Set(["system"])));
  const asks = parts.findIndex((part) => isOneOf(part, questions));
  if (system === -1 || asks < system) return parts;
  const [text, ...rest] = parts.slice(system + 1);
  if (text === undefined || !("text" in text)) return parts.slice(system + 1);
  return [{ text: text.text.replace(/^[^\n]*\n+|^ +/, "") }, ...rest];
}

/** The format once a turn, a blank line between; a question still open ends where its answer would begin. */
function conversation(parts: readonly Part[], messages: readonly PlainMessage[]): Segment[] {
  const { system, turns } = exchangesOf(messages);
  const first = messages.findIndex(({ role }) => role === "system");
  if (system !== undefined) requirePlace(parts, ["system"], `messages[${first}].content`);
  const later = laterTurn(parts);
  return turns.flatMap(({ user, assistant }, turn): Segment[] => {
    const gap = turn === 0 ? [] : [{ text: "\n\n" }];
    const said = { user, assistant, instruction: user, input: "", output: assistant };
    const values = { system: turn === 0 ? (system ?? "") : "", ...said };
    const pieces = turn === 0 ? parts : later;
    const asked = assistant === undefined ? pieces.slice(0, pieces.findIndex(isAnswer)) : pieces;
    return [...gap, ...fill(asked, values, turn)];
  });
}

/** Throws ConfigError FT-CONFIG-021 for a format without a place for the answer, or for the question. */
function requireBoth(parts: readonly Part[]): void {
  const [missing, lost, example] = !parts.some(isAnswer)
    ? ["{output} nor {assistant}", "nothing to learn from", "{output} where the answer goes"]
    : !parts.some((part) => isOneOf(part, questions))
      ? [
          "{instruction} nor {user}",
          "what is asked would be lost",
          "{user} where the question goes",
        ]
      : [];
  if (missing === undefined) return;
  throw new ConfigError("FT-CONFIG-021", {
    message: `the custom template has neither ${missing}: ${lost}`,
    hint: `put ${example}`,
  });
}

export function custom({ tokenizer, customTemplate }: TemplateContext): Renderer {
  const parts = parse(givenText("custom", customTemplate));
  requireBoth(parts);
  const template = {
    name: "custom",
    instruction: (sample: InstructionSample) => instruction(parts, sample),
    conversation: (messages: readonly PlainMessage[]) => conversation(parts, messages),
    prompt: (messages: readonly PlainMessage[]) => conversation(parts, openForAnswer(messages)),
  };
  return segmentRenderer(template, tokenizer);
}
