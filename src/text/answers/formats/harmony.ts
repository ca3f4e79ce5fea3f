// gpt-oss: messages with a channel each. What is written to the channel "analysis" is thought, a message to
// functions.name calls, the rest is answer. Source: github.com/openai/harmony, docs/format.md.
import { type Cursor, NotACall, type Reading } from "../cursor.ts";
import {
  type AnswerFormat,
  type FormatEntry,
  type Mark,
  type Outcome,
  section,
} from "../format.ts";
import { jsonArguments } from "../json.ts";
import type { Tools } from "../tools.ts";

const ends = ["<|end|>", "<|return|>", "<|call|>"] as const;
const recipient = /(?:^|\s)to=functions\.([^\s<]+)/;

/** Behind the mark that opens a message, or is in its header: the header, and the call if it is one. */
function* message(cursor: Cursor, tools: Tools, open: string): Reading<Outcome> {
  const { text, mark } = yield* cursor.until("<|message|>", ...ends);
  if (mark !== "<|message|>") throw new NotACall();
  const header = open + text;
  const name = recipient.exec(header)?.[1];
  if (name === undefined) {
    const isThought = header.includes("<|channel|>analysis");
    return { section: isThought ? "reasoning" : "content" };
  }
  cursor.keep();
  tools.known(name);
  yield* cursor.blanks();
  const given = yield* jsonArguments(cursor);
  yield* cursor.close(...ends);
  return { calls: [{ name, arguments: given }] };
}

function opens(open: string, when: Pick<Mark, "endsThoughts" | "isFirst">): Mark {
  return { open, ...when, read: (cursor, tools) => message(cursor, tools, open) };
}

const inThoughts = { endsThoughts: true };

const format: AnswerFormat = {
  name: "harmony",
  thoughts: [["<|channel|>analysis<|message|>", "<|end|>"]],
  marks: [
    opens("<|start|>", inThoughts),
    opens("<|channel|>", inThoughts),
    // The prompt has the start of the first message.
    opens("to=functions.", { isFirst: true }),
    ...ends.map((end) => section("content", end, [], inThoughts)),
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
