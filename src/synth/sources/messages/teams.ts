// Microsoft Teams as JSON: messages as Microsoft Graph gives them (one list), and the export of a personal account
// (messages.json, a list of conversations). Bodies are HTML.
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, idOf, listOf, present, textOf, type Fields } from "./fields.ts";
import { htmlText } from "./html-text.ts";
import { jsonElements } from "./json-elements.ts";
import { headText } from "./lines-of-head.ts";

/** Of Graph: where the message belongs; a reply in a channel names its first message. */
function threadOf(message: Fields): string {
  const channel = fieldsOf(message["channelIdentity"])?.["channelId"];
  const chat = textOf(message["chatId"]) ?? textOf(channel) ?? "chat";
  const isInChannel = textOf(channel) !== undefined;
  return isInChannel ? `${chat}/${idOf(message["replyToId"]) ?? idOf(message["id"]) ?? ""}` : chat;
}

function bodyOf(message: Fields): string {
  const body = fieldsOf(message["body"]);
  const content = textOf(body?.["content"]) ?? "";
  return body?.["contentType"] === "text" ? content : ownText(content);
}

/** Without the message that it quotes, which has its own place in the export. */
function ownText(html: string): string {
  const lines = htmlText(html).split("\n");
  return lines.filter((line) => !line.startsWith(">")).join("\n");
}

/** The message that a chat's reply quotes, which Graph attaches. */
function quotedId(message: Fields): string | undefined {
  const attached = listOf(message["attachments"]).map(fieldsOf);
  return textOf(attached.find((one) => one?.["contentType"] === "messageReference")?.["id"]);
}

function graphSpoken(message: Fields): Spoken | undefined {
  const from = fieldsOf(message["from"]);
  const user = fieldsOf(from?.["user"]);
  const application = fieldsOf(from?.["application"]);
  const text = bodyOf(message);
  const isDeleted = textOf(message["deletedDateTime"]) !== undefined;
  if (text.trim() === "" || isDeleted) return undefined;
  const kind = textOf(message["messageType"]) ?? "message";
  const isAutomatic = kind !== "message" || user === undefined;
  return {
    text,
    thread: threadOf(message),
    ...present({
      id: idOf(message["id"]),
      replyTo: idOf(message["replyToId"]) ?? quotedId(message),
      speaker: textOf(user?.["displayName"]) ?? textOf(application?.["displayName"]),
      sentAt: textOf(message["createdDateTime"]),
    }),
    ...(isAutomatic ? { automatic: true } : {}),
  };
}

function personalSpoken(message: Fields, thread: string): Spoken | undefined {
  const kind = textOf(message["messagetype"]) ?? "Text";
  const text = ownText(textOf(message["content"]) ?? "");
  if (text.trim() === "") return undefined;
  const isAutomatic = !["Text", "RichText", "RichText/Html"].includes(kind);
  return {
    text,
    thread,
    ...present({
      id: idOf(message["id"]),
      speaker: textOf(message["displayName"]) ?? textOf(message["from"]),
      sentAt: textOf(message["originalarrivaltime"]),
    }),
    ...(isAutomatic ? { automatic: true } : {}),
  };
}

/** Graph and the personal export list the newest message first. */
function inOrder(spoken: readonly (Spoken | undefined)[]): Spoken[] {
  const said = spoken.filter((one) => one !== undefined);
  const [first, last] = [said[0]?.sentAt, said.at(-1)?.sentAt];
  return first !== undefined && last !== undefined && first > last ? said.toReversed() : said;
}

function* personalChat(chat: Fields, number: number): Generator<Spoken | Opening> {
  const id = idOf(chat["id"]) ?? String(number);
  yield { title: textOf(chat["displayName"]) ?? id };
  const messages = listOf(chat["MessageList"]).map(fieldsOf);
  yield* inOrder(messages.map((message) => message && personalSpoken(message, id)));
}

const lists = new Set(["", "value", "messages", "conversations"]);

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  const graph: (Spoken | undefined)[] = [];
  let chats = 0;
  const pieces = jsonElements(input.texts(), (path) => lists.has(path), input.limits.nesting);
  for await (const { kind, value } of pieces) {
    const fields = fieldsOf(value);
    if (kind !== "element" || fields === undefined) continue;
    if (fields["MessageList"] !== undefined) yield* personalChat(fields, ++chats);
    else if (listOf(fields["replies"]).length > 0) yield* graphThread(fields);
    else graph.push(graphSpoken(fields));
  }
  yield* inOrder(graph);
}

/** A channel's message with its replies inside. */
function* graphThread(message: Fields): Generator<Spoken> {
  const replies = listOf(message["replies"]).map((reply) => {
    const fields = fieldsOf(reply);
    return fields && graphSpoken({ replyToId: message["id"], ...fields });
  });
  const first = graphSpoken(message);
  if (first !== undefined) yield first;
  yield* inOrder(replies);
}

export const teamsReader: SourceReader = {
  about:
    "Microsoft Teams messages, as JSON from Microsoft Graph or from the export of a personal account",
  extensions: ["json"],
  container: true,
  recognises: (_name, head) => {
    const text = headText(head);
    const isGraph = ['"createdDateTime"', '"body"', '"from"'].every((sign) => text.includes(sign));
    const isPersonal = text.includes('"MessageList"') && text.includes('"conversations"');
    return isGraph || isPersonal ? 0.96 : 0;
  },
  read: (input) => layOut(spokenIn(input)),
};
