// Rows of one text: {"text"}. A text in ChatML is read as the conversation it is; any other is all learned, as one
// message of the assistant. A conversation is written as ChatML, which is no master copy: names, tools and weights go.
import { isPresent } from "../../../data/formats/format.ts";
import type { JsonObject, Role } from "../../../text/types.ts";
import type { RecordMessage } from "../../records/record.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import { chatRoles } from "./chat.ts";
import {
  conversation,
  type Losses,
  ownFields,
  projection,
  textOf,
  toolsField,
  unsaid,
} from "./projecting.ts";
import { Eye, others, saidBy, seenRow } from "./seeing.ts";

const begin = "<|im_start|>";
const end = "<|im_end|>";

/** The turns of a text in ChatML; undefined for any other text. Each is BEGIN, role, line break, content, END, line break. */
export function chatmlTurns(text: string): { role: string; content: string }[] | undefined {
  const turns: { role: string; content: string }[] = [];
  let at = 0;
  while (at < text.length) {
    if (!text.startsWith(begin, at)) return undefined;
    const head = text.indexOf("\n", at);
    const close = head === -1 ? -1 : text.indexOf(end, head + 1);
    if (close === -1) return undefined;
    turns.push({
      role: text.slice(at + begin.length, head).trim(),
      content: text.slice(head + 1, close),
    });
    at = close + end.length;
    if (text[at] === "\n") at++;
  }
  return turns.length === 0 ? undefined : turns;
}

function seenTurn({ role, content }: { role: string; content: string }): SeenMessage {
  const known = Object.hasOwn(chatRoles, role) ? (chatRoles[role] as Role) : undefined;
  return {
    ...saidBy(known ?? "user", content, "text", ""),
    value: { role: known ?? role, content },
    wasRole: role,
  };
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const text = eye.text(row["text"], "text");
  const turns = text === undefined ? [] : chatmlTurns(text);
  const messages = turns?.map(seenTurn) ?? [saidBy("assistant", text, "text", "")];
  return seenRow(eye, messages, { rest: others(row, ["text"]) });
}

function rendered(message: RecordMessage, at: string, losses: Losses): string {
  unsaid(message, at, {}, losses);
  const text = textOf(message, at, losses);
  if (text.includes(begin) || text.includes(end))
    losses.refuse(
      `${at}.content`,
      "it contains ChatML tokens, which would split it into other turns",
    );
  return `${begin}${message.role}\n${text}${end}\n`;
}

/** A single text that is all learned, as it stands. */
function plainText(messages: readonly RecordMessage[], losses: Losses): string | undefined {
  const [only] = messages;
  if (messages.length !== 1 || only?.role !== "assistant" || only.toolCalls !== undefined)
    return undefined;
  unsaid(only, "messages[0]", {}, losses);
  const text = textOf(only, "messages[0]", losses);
  if (chatmlTurns(text) !== undefined)
    losses.lose("messages[0].content", "a ChatML text is read as the turns it contains");
  return text;
}

/** `allowsOthers` where fields of one's own may stand beside the text. */
export function textForm(about: string, allowsOthers: boolean): RowForm {
  return {
    about,
    keys: ["text"],
    allowsOthers,
    detect: (row) => isPresent(row["text"]),
    see,
    project: (record, asked) =>
      projection((losses) => {
        const keepsSource = asked.keepsSource && allowsOthers;
        const own = ownFields(record, { ...asked, keepsSource }, losses);
        toolsField(record, false, losses);
        const messages = conversation(record, losses);
        const plain = plainText(messages, losses);
        const text =
          plain ??
          messages.map((message, at) => rendered(message, `messages[${at}]`, losses)).join("");
        return { ...own, text };
      }),
  };
}
