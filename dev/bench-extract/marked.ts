// Documents written by hand with their conversations marked in them: {{u|…}} a user's message, {{a|…}} an assistant's,
// {{a+|…}} the message goes on, {{+}} a conversation begins. Not a template language: it only says where gold stands.
import { readFileSync } from "node:fs";
import type { GoldConversation, GoldDocument, GoldMessage } from "./gold.ts";

const opening = /\{\{(?:(u|a|s)(\+?)\||\+\}\})/g;

const roles: Readonly<Record<string, GoldMessage["role"]>> = {
  u: "user",
  a: "assistant",
  s: "system",
};

interface Marked {
  text: string;
  conversations: GoldConversation[];
}

/** Strips the marks and keeps the places of what they mark. */
export function readMarked(marked: string): Marked {
  let text = "";
  let at = 0;
  const conversations: { messages: GoldMessage[] }[] = [{ messages: [] }];
  for (const { index, 0: mark, 1: role, 2: more } of marked.matchAll(opening)) {
    text += marked.slice(at, index);
    at = index + mark.length;
    if (role === undefined) {
      conversations.push({ messages: [] });
      continue;
    }
    const end = marked.indexOf("}}", at);
    const span: [number, number] = [text.length, text.length + end - at];
    text += marked.slice(at, end);
    at = end + 2;
    const messages = conversations.at(-1)?.messages ?? [];
    if (more === "+") messages.at(-1)?.spans.push(span);
    else messages.push({ role: roles[role] ?? "user", spans: [span] });
  }
  const found = conversations.filter(({ messages }) => messages.length > 0);
  return { text: text + marked.slice(at), conversations: found };
}

/** The documents of a file, each under a line `%%%% name (language)`. */
export function readMarkedFile(file: string): GoldDocument[] {
  const sections = readFileSync(file, "utf8")
    .split(/^%{4} /m)
    .slice(1);
  return sections.map((section) => {
    const end = section.indexOf("\n");
    const [, name = "", language = ""] = /^(.*?)(?: \((\w+)\))?$/.exec(section.slice(0, end)) ?? [];
    return { name, form: "hand", language, ...readMarked(section.slice(end + 1)) };
  });
}
