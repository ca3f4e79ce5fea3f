// Kimi K2: each call between tokens, named by an id like functions.name:0. Source: the model's template and
// docs/tool_call_guidance.md of its repository.
import {
  type AnswerFormat,
  calls,
  type FormatEntry,
  frame,
  think,
  thoughtMarks,
} from "../format.ts";
import { jsonArguments } from "../json.ts";

const thoughts = [think];
const inThoughts = { endsThoughts: true };
const [sectionOpen, sectionClose] = ["<|tool_calls_section_begin|>", "<|tool_calls_section_end|>"];
const [open, between, close] = [
  "<|tool_call_begin|>",
  "<|tool_call_argument_begin|>",
  "<|tool_call_end|>",
];

const format: AnswerFormat = {
  name: "kimi",
  thoughts,
  marks: [
    ...thoughtMarks(thoughts),
    frame(sectionOpen, inThoughts),
    calls(
      open,
      function* read(cursor, tools) {
        const id = (yield* cursor.until(between)).text.trim();
        const name = tools.known(id.replace(/^functions\./, "").replace(/:\d+$/, ""));
        yield* cursor.blanks();
        const given = yield* jsonArguments(cursor);
        yield* cursor.close(close);
        return [{ id, name, arguments: given }];
      },
      inThoughts,
    ),
    frame(sectionClose),
  ],
  inner: [between, close],
  frameOf: (name) => ({
    prefix: `${sectionOpen}${open}functions.${name}:0${between}`,
    suffix: close + sectionClose,
  }),
};

export const kimi: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes(sectionOpen),
};
