// Muse Glimmer: messages to somebody, of which those to itself are thoughts, and calls as elements.
// Source: the model's template.
import { elementArguments } from "../elements.ts";
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  frame,
  type Mark,
  section,
} from "../format.ts";

const parameter = {
  key: '<atem:parameter name="',
  between: ['">'],
  end: "</atem:parameter>",
  close: "</atem:invoke>",
};

const inThoughts = { endsThoughts: true };

/** The header of a message; the prompt has the start of the first one. */
function message(open: string, when: Pick<Mark, "endsThoughts" | "isFirst">): Mark {
  return {
    open,
    ...when,
    *read(cursor) {
      const header = open + (yield* cursor.until("<|message|>")).text;
      return { section: /to=self\s*$/.test(header) ? "reasoning" : "content" };
    },
  };
}

const format: AnswerFormat = {
  name: "muse",
  thoughts: [["to=self<|message|>", "<|eom|>"]],
  marks: [
    message("<|start|>", inThoughts),
    message("to=", { isFirst: true }),
    section("content", "<|eom|>", [], inThoughts),
    frame("<atem:function_calls>"),
    calls('<atem:invoke name="', function* read(cursor, tools) {
      const name = tools.known((yield* cursor.until('">')).text);
      return [{ name, arguments: yield* elementArguments(cursor, tools, name, parameter) }];
    }),
    frame("</atem:function_calls>"),
  ],
  inner: ["<|message|>", parameter.key, parameter.end, parameter.close],
};

export const muse: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<atem:invoke"),
};
