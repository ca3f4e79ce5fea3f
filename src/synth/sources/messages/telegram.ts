// Telegram Desktop's result.json, of one chat or of all of them. Replies name what they answer; what the program notes
// (calls, pins, joins) is automatic.
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, idOf, isoFromSeconds, listOf, present, textOf, type Fields } from "./fields.ts";
import { jsonElements } from "./json-elements.ts";
import { headText } from "./lines-of-head.ts";

/** Text is a string, or a list of strings and marked-up pieces. */
function plainText(text: unknown): string {
  if (typeof text === "string") return text;
  return listOf(text)
    .map((piece) => (typeof piece === "string" ? piece : (textOf(fieldsOf(piece)?.["text"]) ?? "")))
    .join("");
}

function spokenOf(message: Fields, chat: string): Spoken | undefined {
  const text = plainText(message["text"]);
  const isAutomatic = message["type"] !== "message" || textOf(message["via_bot"]) !== undefined;
  if (text.trim() === "") return undefined;
  return {
    text,
    thread: chat,
    ...present({
      id: idOf(message["id"]),
      replyTo: idOf(message["reply_to_message_id"]),
      speaker: textOf(message["from"]) ?? textOf(message["actor"]) ?? idOf(message["from_id"]),
      sentAt: isoFromSeconds(message["date_unixtime"]) ?? textOf(message["date"]),
    }),
    ...(isAutomatic ? { automatic: true } : {}),
  };
}

const lists = ["chats", "left_chats"].flatMap((chats) =>
  ["", ".list", ".list.*", ".list.*.messages"].map((field) => chats + field),
);
const paths = new Set(["", "messages", ...lists]);

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  const chat = { name: "", id: "", isOpen: false };
  for await (const { kind, path, value } of jsonElements(
    input.texts(),
    (at) => paths.has(at),
    input.limits.nesting,
  )) {
    if (kind === "field") {
      if (path.endsWith("name")) Object.assign(chat, { name: textOf(value) ?? "", isOpen: false });
      if (path.endsWith("id")) Object.assign(chat, { id: idOf(value) ?? "", isOpen: false });
      continue;
    }
    const fields = fieldsOf(value);
    const spoken = fields === undefined ? undefined : spokenOf(fields, `${chat.name} ${chat.id}`);
    if (spoken === undefined) continue;
    if (!chat.isOpen) yield { title: chat.name };
    chat.isOpen = true;
    yield spoken;
  }
}

export const telegramReader: SourceReader = {
  about: "Telegram chats, exported as JSON (result.json)",
  extensions: ["json"],
  container: true,
  streams: true,
  recognises: (_name, head) => {
    const text = headText(head).slice(0, 16_384);
    const isOfAll = text.includes('"chats"') && text.includes('"list"');
    const isOfOne = text.includes('"messages"') && text.includes('"type"');
    const isTelegram = text.includes('"from_id"') || text.includes('"date_unixtime"');
    return (isOfAll || isOfOne) && isTelegram ? 0.96 : 0;
  },
  read: (input) => layOut(spokenIn(input)),
};
