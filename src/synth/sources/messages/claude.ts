// Claude's data export: conversations.json, a list of messages a conversation, with branches where messages name their
// parents. Thinking, tools and attached files are left out.
import type { SourceReader } from "../reader.ts";
import { eachConversation } from "./conversations-json.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, listOf, present, textOf, type Fields } from "./fields.ts";
import { headText } from "./lines-of-head.ts";

/** The text of a message: its text blocks where it has blocks. */
function textOfMessage(message: Fields): string {
  const blocks = listOf(message["content"]).map(fieldsOf);
  const texts = blocks
    .filter((block) => block?.["type"] === "text")
    .map((block) => textOf(block?.["text"]) ?? "");
  const joined = texts.filter((text) => text.trim() !== "").join("\n\n");
  return joined === "" ? (textOf(message["text"]) ?? "") : joined;
}

/** The branch of the last message, where messages name their parents; else all of them in order. */
function claudeBranch(messages: readonly Fields[], leaf: string | undefined): readonly Fields[] {
  const parents = messages.map((message) => textOf(message["parent_message_uuid"]));
  if (parents.every((parent) => parent === undefined)) return messages;
  const byId = new Map(messages.map((message) => [textOf(message["uuid"]) ?? "", message]));
  const branch: Fields[] = [];
  let next = byId.get(leaf ?? "") ?? messages.at(-1);
  while (next !== undefined && branch.length < messages.length) {
    branch.push(next);
    const parent = textOf(next["parent_message_uuid"]);
    next = parent === undefined ? undefined : byId.get(parent);
  }
  return branch.toReversed();
}

function spokenOf(message: Fields, thread: string): Spoken | undefined {
  const sender = message["sender"];
  const text = textOfMessage(message);
  if ((sender !== "human" && sender !== "assistant") || text.trim() === "") return undefined;
  return {
    text,
    thread,
    role: sender === "human" ? "user" : "assistant",
    ...present({ id: textOf(message["uuid"]), sentAt: textOf(message["created_at"]) }),
  };
}

function* spokenInOne(conversation: Fields, number: number): Generator<Spoken | Opening> {
  const messages = listOf(conversation["chat_messages"]).map(fieldsOf);
  const said = messages.filter((message) => message !== undefined);
  if (said.length === 0) return;
  const id = textOf(conversation["uuid"]) ?? String(number);
  yield { title: textOf(conversation["name"]) ?? id };
  const branch = claudeBranch(said, textOf(conversation["current_leaf_message_uuid"]));
  yield* branch.map((message) => spokenOf(message, id)).filter((spoken) => spoken !== undefined);
}

export const claudeReader: SourceReader = {
  about: "Claude's data export (conversations.json)",
  extensions: ["json"],
  container: true,
  streams: true,
  recognises: (_name, head) => {
    const text = headText(head);
    return text.includes('"chat_messages"') && text.includes('"uuid"') ? 0.97 : 0;
  },
  read: (input) => layOut(eachConversation(input, spokenInOne)),
};
