// <function=name>{…}</function>: Functionary 3.1, and Llama 3.1 where it is asked to call so.
// Source: github.com/MeetKai/functionary and Meta's page on Llama 3.1 prompts.
import { type AnswerFormat, calls, type FormatEntry, think, thoughtMarks } from "../format.ts";
import { jsonArguments } from "../json.ts";

const thoughts = [think];

const format: AnswerFormat = {
  name: "functionary",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    calls("<function=", function* read(cursor, tools) {
      const name = tools.known((yield* cursor.until(">")).text);
      yield* cursor.blanks();
      const given = yield* jsonArguments(cursor);
      yield* cursor.close("</function>");
      return [{ name, arguments: given }];
    }),
  ],
  frameOf: (name) => ({ prefix: `<function=${name}>`, suffix: "</function>" }),
};

export const functionary: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<function="),
};
