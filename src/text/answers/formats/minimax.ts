// <minimax:tool_call><invoke name="f"><parameter name="key">text</parameter></invoke></minimax:tool_call>, of MiniMax M2.
// Source: the model's template.
import { elementArguments } from "../elements.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  frame,
  think,
  thoughtMarks,
} from "../format.ts";

const parameter = {
  key: '<parameter name="',
  between: ['">'],
  end: "</parameter>",
  close: "</invoke>",
};

const thoughts = [think];

const format: AnswerFormat = {
  name: "minimax",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    frame("<minimax:tool_call>"),
    calls('<invoke name="', function* read(cursor, tools) {
      const name = tools.known((yield* cursor.until('">')).text);
      return [{ name, arguments: yield* elementArguments(cursor, tools, name, parameter) }];
    }),
    frame("</minimax:tool_call>"),
  ],
};

export const minimax: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<minimax:tool_call>"),
};
