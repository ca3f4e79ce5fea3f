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

function isAnswer(part: Part): boolean {
  return "placeholder" in part && answers.has(part.placeholder);
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

function valuesOfRow(sample: InstructionSample): Values {
  const { instruction, input, output } = sample;
  return { instruction, input, output, user: question(sample), assistant: output };
}

/** The format once a turn, a blank line between; a question still open ends where its answer would begin. */
function conversation(parts: readonly Part[], messages: readonly PlainMessage[]): Segment[] {
  const { system, turns } = exchangesOf(messages);
  const question = parts.slice(0, parts.findIndex(isAnswer));
  return turns.flatMap(({ user, assistant }, turn): Segment[] => {
    const gap = turn === 0 ? [] : [{ text: "\n\n" }];
    const values = { system, user, instruction: user, input: "", assistant, output: assistant };
    return [...gap, ...fill(assistant === undefined ? question : parts, values, turn)];
  });
}

export function custom({ tokenizer, customTemplate }: TemplateContext): Renderer {
  const parts = parse(givenText("custom", customTemplate));
  if (!parts.some(isAnswer)) {
    throw new ConfigError("FT-CONFIG-021", {
      message: "the custom template has neither {output} nor {assistant}: nothing to learn from",
      hint: "put {output} where the answer goes",
    });
  }
  const template = {
    name: "custom",
    instruction: (sample: InstructionSample) => fill(parts, valuesOfRow(sample), 0),
    conversation: (messages: readonly PlainMessage[]) => conversation(parts, messages),
    prompt: (messages: readonly PlainMessage[]) => conversation(parts, openForAnswer(messages)),
  };
  return segmentRenderer(template, tokenizer);
}
