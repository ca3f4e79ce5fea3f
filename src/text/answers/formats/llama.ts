// Calls without marks: Llama 3's bare {"name": …, "parameters": …}, and lists of Python calls [f(x=1)], of Llama 3.2 and
// 4. Any such beginning in a text is looked into, and mostly found to be something else with the next characters.
// Source: Meta's pages on prompts for Llama 3.1, 3.2 and 4.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  frame,
  type Mark,
  think,
  thoughtMarks,
} from "../format.ts";
import { jsonCallAfter } from "../json.ts";
import { pythonCallsAfter } from "../python.ts";
import type { Tools } from "../tools.ts";

/** Objects with ";" between them. Without marks only arguments tell a call from other JSON. */
function* objectsAfter(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
  const found = [yield* jsonCallAfter(cursor, tools, { needsArguments: true })];
  while (yield* cursor.takes(";")) {
    yield* cursor.blanks();
    yield* cursor.expect("{");
    found.push(yield* jsonCallAfter(cursor, tools, { needsArguments: true }));
  }
  return found;
}

const thoughts = [think];

const marks: Mark[] = [
  ...thoughtMarks(thoughts),
  frame("<|python_tag|>"),
  frame("<|python_start|>"),
  frame("<|python_end|>"),
  calls("{", objectsAfter),
  calls("[", pythonCallsAfter),
];

const format: AnswerFormat = {
  name: "llama",
  thoughts,
  marks,
  frameOf: (name) => ({
    prefix: `{"name": ${JSON.stringify(name)}, "parameters": `,
    suffix: "}",
  }),
};

export const llama: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes('"parameters": ') && source.includes('"name": '),
};

export const pythonic: FormatEntry = {
  format: { name: "pythonic", thoughts, marks },
  isWrittenBy: (source) => /\[\w*func_name1\(/.test(source),
};
