// DiscordChatExporter's JSON: one file a channel. Replies name what they answer; joins, pins and bots are automatic.
import type { SourceInput, SourceReader } from "../reader.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, idOf, listOf, present, textOf, type Fields } from "./fields.ts";
import { jsonElements } from "./json-elements.ts";
import { headText } from "./lines-of-head.ts";

const written = new Set(["Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "0", "19"]);

function speakerOf(author: Fields | undefined): string | undefined {
  return textOf(author?.["nickname"]) ?? textOf(author?.["name"]);
}

/** `@name` of someone mentioned as the name that they speak under. */
function withNicknames(content: string, mentions: readonly unknown[]): string {
  let text = content;
  for (const mention of mentions.slice(0, 50).map(fieldsOf)) {
    const [name, nickname] = [textOf(mention?.["name"]), textOf(mention?.["nickname"])];
    if (name === undefined || nickname === undefined || name === nickname) continue;
    text = text.replaceAll(`@${name}`, () => `@${nickname}`);
  }
  return text;
}

function spokenOf(message: Fields, channel: string): Spoken | undefined {
  const author = fieldsOf(message["author"]);
  const content = textOf(message["content"]);
  if (content === undefined) return undefined;
  const type = idOf(message["type"]) ?? "Default";
  const isAutomatic = !written.has(type) || author?.["isBot"] === true;
  return {
    text: withNicknames(content, listOf(message["mentions"])),
    thread: channel,
    ...present({
      id: idOf(message["id"]),
      replyTo: idOf(fieldsOf(message["reference"])?.["messageId"]),
      speaker: speakerOf(author),
      sentAt: textOf(message["timestamp"]),
    }),
    ...(isAutomatic ? { automatic: true } : {}),
  };
}

async function* spokenIn(input: SourceInput): AsyncGenerator<Spoken | Opening> {
  let channel = "channel";
  const inside = (path: string): boolean => path === "" || path === "messages";
  for await (const { kind, path, value } of jsonElements(
    input.texts(),
    inside,
    input.limits.nesting,
  )) {
    const fields = fieldsOf(value);
    if (kind === "field" && path === "channel") {
      channel = textOf(fields?.["name"]) ?? channel;
      yield { title: channel };
    } else if (kind === "element" && fields !== undefined) {
      const spoken = spokenOf(fields, channel);
      if (spoken !== undefined) yield spoken;
    }
  }
}

export const discordReader: SourceReader = {
  about: "Discord channels, exported as JSON by DiscordChatExporter",
  extensions: ["json"],
  container: true,
  streams: true,
  recognises: (_name, head) => {
    const text = headText(head).slice(0, 32_768);
    const isExport = ['"guild"', '"channel"', '"messages"'].every((sign) => text.includes(sign));
    return isExport && text.includes('"author"') ? 0.97 : 0;
  },
  read: (input) => layOut(spokenIn(input)),
};
