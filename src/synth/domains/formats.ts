import { Registry } from "../../core/registry.ts";
// Forms of a generated row: what a model is asked for, what counts as one, and what is said in it. The next form is an
// entry here and a prompt in data/prompts.
import { isObject, type JsonObject } from "../../providers/json.ts";
import { candidates } from "../make/read-answer.ts";
import {
  checkRow,
  exactRowSchema,
  type MadeMessage,
  plainRowSchema,
  type Rejection,
} from "../make/row-form.ts";
import { unknownFormat } from "./domain-errors.ts";
import type { Range } from "./domain.ts";

/** The fields of a row, without its metadata. */
export type RowContent =
  | { messages: { role: string; content: string }[] }
  | { instruction: string; output: string };

export type Checked = { content: RowContent; messages: MadeMessage[] } | { rejection: Rejection };

export interface RowFormat {
  about: string;
  /** Names the prompt. */
  prompt: string;
  /** What the JSON of a row has in it. */
  marks: RegExp;
  /** Whether there can be more than one exchange. */
  hasTurns: boolean;
  schema(exchanges: Range & { drawn: number }, keepsSchemas: boolean): JsonObject;
  /** What of an answer's JSON is a row of so many exchanges. */
  check(value: unknown, exchanges: Range): Checked;
}

/** Characters of a message, where the schema bounds them. */
const messageBound = 400;
const outputBound = 800;

function checkChat(value: unknown, { least, most }: Range): Checked {
  const [first] = candidates(value);
  const checked = checkRow(first, 2 * least);
  if ("rejection" in checked) return checked;
  const { messages } = checked;
  if (messages.length > 2 * most) return { rejection: "too_many_messages" };
  return { content: { messages }, messages };
}

const boundedText = (bound: number | undefined): JsonObject =>
  bound === undefined ? { type: "string" } : { type: "string", minLength: 1, maxLength: bound };

/** The first object with both fields, as models wrap it. */
function instructionIn(value: unknown, depth = 0): JsonObject | undefined {
  if (isObject(value) && "instruction" in value && "output" in value) return value;
  if (depth > 3 || typeof value !== "object" || value === null) return undefined;
  for (const inner of Object.values(value)) {
    const found = instructionIn(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkInstruction(value: unknown): Checked {
  const found = instructionIn(value);
  const messages = [
    { role: "user", content: found?.["instruction"] },
    { role: "assistant", content: found?.["output"] },
  ];
  const checked = checkRow({ messages }, 2);
  if ("rejection" in checked) return checked;
  const [instruction, output] = checked.messages.map(({ content }) => content);
  const content = { instruction: instruction ?? "", output: output ?? "" };
  return { content, messages: checked.messages };
}

export const rowFormats = new Registry<RowFormat>(
  {
    chat: {
      about: "messages of a user and an assistant",
      prompt: "domain-chat",
      marks: /messages|role|content|conversations/,
      hasTurns: true,
      schema: ({ least, most, drawn }, keepsSchemas) =>
        keepsSchemas
          ? exactRowSchema(2 * drawn, messageBound)
          : plainRowSchema({ least: 2 * least, most: 2 * most }),
      check: checkChat,
    },
    instruction: {
      about: "an instruction and its output",
      prompt: "domain-instruction",
      marks: /instruction|output/,
      hasTurns: false,
      schema: (_, keepsSchemas) => ({
        type: "object",
        properties: {
          instruction: boundedText(keepsSchemas ? messageBound : undefined),
          output: boundedText(keepsSchemas ? outputBound : undefined),
        },
        required: ["instruction", "output"],
        additionalProperties: false,
      }),
      check: checkInstruction,
    },
  },
  ({ name, known }) => unknownFormat(name, known),
);
