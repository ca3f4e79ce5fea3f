// gpt-oss: messages with a channel each. What is written to the channel "analysis" is thought, a message to
// functions.name calls, the rest is answer. Source: github.com/openai/harmony, docs/format.md.
import type { Cursor, Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  type FormatEntry,
  type Mark,
  type Outcome,
  section,
} from "../format.ts";
import { jsonArguments } from "../json.ts";
import type { Tools } from "../tools.ts";

const recipient = /(?:^|\s)to=functions\.([^\s<]+)/;

/** Behind the mark that opens a message, or is in its header: the header, and the call if it is one. */
function* message(cursor: Cursor, tools: Tools, open: string): Reading<Outcome> {
  const header = open + (yield* cursor.until("<|message|>")).text;
  const name = recipient.exec(header)?.[1];
  if (name === undefined) {
    const isThought = header.includes("<|channel|>analysis");
    return { section: isThought ? "reasoning" : "content" };
  }
  cursor.keep();
  tools.known(name);
  yield* cursor.blanks();
  const given = yield* jsonArguments(cursor);
  yield* cursor.close("<|call|>", "<|end|>", "<|return|>");
  return { calls: [{ name, arguments: given }] };
}

function opens(open: string): Mark {
  const read = (cursor: Cursor, tools: Tools): Reading<Outcome> => message(cursor, tools, open);
  return { open, endsThoughts: true, read };
}

const ends = { endsThoughts: true };

const format: AnswerFormat = {
  name: "harmony",
  thoughts: [["<|channel|>analysis<|message|>", "<|end|>"]],
  marks: [
    opens("<|start|>"),
    opens("<|channel|>"),
    // The prompt has the start of the first message.
    opens("to=functions."),
    section("content", "<|end|>", [], ends),
    section("content", "<|return|>", [], ends),
    section("content", "<|call|>", [], ends),
  ],
  inner: ["<|message|>", "<|constrain|>"],
  frameOf: (name) => ({
    prefix: `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>`,
    suffix: "<|call|>",
  }),
};

export const harmony: FormatEntry = {
  format,
  isWrittenBy: (source) => source.includes("<|channel|>") && source.includes("<|message|>"),
};
