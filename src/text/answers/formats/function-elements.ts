// <tool_call><function=name><parameter=key>text</parameter></function></tool_call>, of Qwen3-Coder, Qwen3.5, Nemotron 3
// and Step 3.5; of Seed-OSS with marks of its own around. Source: the models' templates.
import type { ToolCall } from "../../types.ts";
import type { Cursor, Reading } from "../cursor.ts";
import { elementArguments } from "../elements.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  type Mark,
  think,
  thoughtMarks,
} from "../format.ts";
import type { Tools } from "../tools.ts";

const parameter = {
  key: "<parameter=",
  between: [">"],
  end: "</parameter>",
  close: "</function>",
};

/** Behind `<function=`. */
function* functionAfter(cursor: Cursor, tools: Tools): Reading<ToolCall> {
  const name = tools.known((yield* cursor.until(">")).text);
  return { name, arguments: yield* elementArguments(cursor, tools, name, parameter) };
}

function marksOf(open: string, close: string): Mark[] {
  return [
    calls(open, function* read(cursor, tools) {
      yield* cursor.blanks();
      yield* cursor.expect("<function=");
      const call = yield* functionAfter(cursor, tools);
      yield* cursor.close(close);
      return [call];
    }),
    // The models leave the mark before it out at times.
    calls("<function=", function* read(cursor, tools) {
      const call = yield* functionAfter(cursor, tools);
      yield* cursor.blanks();
      yield* cursor.takes(close);
      return [call];
    }),
  ];
}

const thoughts = [think];

const coderFormat: AnswerFormat = {
  name: "qwen-coder",
  thoughts,
  marks: [...thoughtMarks(thoughts), ...marksOf("<tool_call>", "</tool_call>")],
  inner: ["</tool_call>"],
};

export const qwenCoder: FormatEntry = {
  format: coderFormat,
  isWrittenBy: (source) => source.includes("<function=") && source.includes("<parameter="),
};

const seedThoughts = [["<seed:think>", "</seed:think>"] as const];

const seedFormat: AnswerFormat = {
  name: "seed",
  thoughts: seedThoughts,
  marks: [...thoughtMarks(seedThoughts), ...marksOf("<seed:tool_call>", "</seed:tool_call>")],
  inner: ["</seed:tool_call>"],
};

export const seed: FormatEntry = {
  format: seedFormat,
  isWrittenBy: (source) => source.includes("<seed:tool_call>"),
};
