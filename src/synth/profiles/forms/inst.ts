// Rows of one text as Llama 2 was tuned on: {"text": "<s>[INST] <<SYS>>\n…\n<</SYS>>\n\n… [/INST] … </s>…"}. Question and
// answer in turn and a system message before them; what else a record says has no place.
import { isPresent } from "../../../data/formats/format.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import { pairs } from "./alpaca.ts";
import * as projecting from "./projecting.ts";
import { Eye, others, saidBy, seenRow } from "./seeing.ts";

const [open, close, end] = ["<s>[INST] ", " [/INST] ", " </s>"];
const [system, afterSystem] = ["<<SYS>>\n", "\n<</SYS>>\n\n"];
const marks = ["<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"];

interface Turn {
  asked: string;
  said: string;
}

/** The turns of a text; undefined where it is not wholly of them. */
function turnsOf(text: string): Turn[] | undefined {
  const turns: Turn[] = [];
  for (let at = 0; at < text.length;) {
    const middle = text.indexOf(close, at);
    const last = middle === -1 ? -1 : text.indexOf(end, middle);
    if (!text.startsWith(open, at) || last === -1) return undefined;
    const [asked, said] = [
      text.slice(at + open.length, middle),
      text.slice(middle + close.length, last),
    ];
    turns.push({ asked, said });
    at = last + end.length;
  }
  return turns.length === 0 ? undefined : turns;
}

/** A first question may begin with the system message. */
function questions(asked: string): SeenMessage[] {
  const until = asked.startsWith(system) ? asked.indexOf(afterSystem) : -1;
  if (until === -1) return [saidBy("user", asked, "text", "")];
  return [
    saidBy("system", asked.slice(system.length, until), "text", ""),
    saidBy("user", asked.slice(until + afterSystem.length), "text", ""),
  ];
}

function see(row: Readonly<Record<string, unknown>>): SeenRow {
  const eye = new Eye();
  const text = eye.text(row["text"], "text");
  const turns = text === undefined ? [] : turnsOf(text);
  if (turns === undefined)
    eye.note("field_type", "text", "text is not made of <s>[INST] … [/INST] … </s>");
  const messages = (turns ?? []).flatMap(({ asked, said }, index) => [
    ...(index === 0 ? questions(asked) : [saidBy("user", asked, "text", "")]),
    saidBy("assistant", said, "text", ""),
  ]);
  return seenRow(eye, messages, { rest: others(row, ["text"]) });
}

/** Refuses a text that would be read as other turns than it is. */
function unmarked(text: string, losses: projecting.Losses): string {
  if (marks.some((mark) => text.includes(mark)))
    losses.refuse(
      "messages",
      "a message contains tokens of the format, which would split it into other turns",
    );
  return text;
}

export const inst: RowForm = {
  about: "one text of [INST] turns, as for Llama 2",
  keys: ["text"],
  allowsOthers: true,
  detect: (row) => isPresent(row["text"]),
  see,
  project: (record, asked) =>
    projecting.projection((losses) => {
      const own = projecting.ownFields(record, asked, losses);
      projecting.toolsField(record, false, losses);
      const messages = projecting.conversation(record, losses);
      const { system: said, rest } = projecting.oneSystem(messages, {}, losses);
      const head = said === undefined ? "" : `${system}${unmarked(said, losses)}${afterSystem}`;
      const turns = pairs(rest, losses).map(([question, answer], index) => {
        const before = index === 0 ? head : "";
        return `${open}${before}${unmarked(question, losses)}${close}${unmarked(answer, losses)}${end}`;
      });
      return { ...own, text: turns.join("") };
    }),
};
