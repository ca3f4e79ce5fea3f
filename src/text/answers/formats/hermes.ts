// <tool_call>{"name": …, "arguments": …}</tool_call>, of Hermes, Qwen, Granite 4, EXAONE, Falcon-H1 and many others.
// Source: github.com/NousResearch/Hermes-Function-Calling and the models' templates.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  type Mark,
  think,
  thoughtMarks,
} from "../format.ts";
import { jsonCalls } from "../json.ts";
import type { Tools } from "../tools.ts";

/** Calls in JSON between two marks. */
export function jsonBetween(open: string, close: string): Mark {
  return calls(open, function* read(cursor: Cursor, tools: Tools): Reading<ToolCall[]> {
    const found = yield* jsonCalls(cursor, tools);
    yield* cursor.close(close);
    return found;
  });
}

const thoughts = [think];

const format: AnswerFormat = {
  name: "hermes",
  thoughts,
  marks: [...thoughtMarks(thoughts), jsonBetween("<tool_call>", "</tool_call>")],
  inner: ["</tool_call>"],
  frameOf: (name) => ({
    prefix: `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": `,
    suffix: "}\n</tool_call>",
  }),
};

export const hermes: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<tool_call>"),
};
