// Kimi K3: everything between <|open|>tag<|sep|> and <|close|>tag<|sep|>, arguments with their types.
// Source: the model's template.
import { typedArguments, type TypedMarks } from "../elements.ts";
import { type AnswerFormat, calls, type FormatEntry, frame, section } from "../format.ts";

const open = (tag: string): string => `<|open|>${tag}<|sep|>`;
const close = (tag: string): string => `<|close|>${tag}<|sep|>`;
const inThoughts = { endsThoughts: true };

const argument: TypedMarks = {
  around: ['<|open|>argument key="', '" type="', '"<|sep|>', close("argument")],
  close: close("call"),
  string: "string",
};

const format: AnswerFormat = {
  name: "kimi-elements",
  thoughts: [[open("think"), close("think")]],
  marks: [
    section("reasoning", open("think"), [close("think")]),
    section("content", open("response"), [], inThoughts),
    section("content", close("response")),
    section("content", close("message")),
    frame(open("tools"), inThoughts),
    calls(
      '<|open|>call tool="',
      function* read(cursor, tools) {
        const name = tools.known((yield* cursor.until('"')).text);
        yield* cursor.until("<|sep|>");
        return [{ name, arguments: yield* typedArguments(cursor, argument) }];
      },
      inThoughts,
    ),
    frame(close("tools")),
  ],
};

export const kimiElements: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<|open|>") && source.includes("<|sep|>"),
};
