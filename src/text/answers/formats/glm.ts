// <tool_call>name<arg_key>key</arg_key><arg_value>text</arg_value></tool_call>, of GLM 4.5 and later and of Laguna.
// Source: the models' templates.
import { elementArguments } from "../elements.ts";
import { type AnswerFormat, calls, type FormatEntry, think, thoughtMarks } from "../format.ts";

const argument = {
  key: "<arg_key>",
  between: ["</arg_key>", "<arg_value>"],
  end: "</arg_value>",
  close: "</tool_call>",
};

const thoughts = [think];

const format: AnswerFormat = {
  name: "glm",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    calls("<tool_call>", function* read(cursor, tools) {
      yield* cursor.blanks();
      const name = tools.known(yield* cursor.run(/[^\s<{]/));
      return [{ name, arguments: yield* elementArguments(cursor, tools, name, argument) }];
    }),
  ],
  inner: ["<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>", "</tool_call>"],
};

export const glm: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<arg_key>"),
};
