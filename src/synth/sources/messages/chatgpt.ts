// ChatGPT's data export: conversations.json, a tree of messages a conversation. The branch that the user saw last is
// read; what went to tools and came from them, and reasoning, is automatic.
import type { SourceReader } from "../reader.ts";
import { eachConversation } from "./conversations-json.ts";
import { layOut, type Opening, type Spoken } from "./extracted.ts";
import { fieldsOf, isoFromSeconds, listOf, present, textOf, type Fields } from "./fields.ts";
import { headText } from "./lines-of-head.ts";

/** Content that is what someone said; others are tools' calls, pages read, reasoning, instructions. */
const saidKinds = new Set(["text", "multimodal_text"]);
const roles = ["system", "user", "assistant", "tool"] as const;
type Role = (typeof roles)[number];

/** From the root to the node that the export calls current, else to the newest leaf. Ends where the tree is a ring. */
function branchOf(mapping: Fields, current: string | undefined): Fields[] {
  const branch: Fields[] = [];
  const seen = new Set<string>();
  let id = current !== undefined && current in mapping ? current : newestLeaf(mapping);
  while (id !== undefined && !seen.has(id)) {
    seen.add(id);
    const node = fieldsOf(mapping[id]);
    if (node === undefined) break;
    branch.push(node);
    id = textOf(node["parent"]);
  }
  return branch.toReversed();
}

function newestLeaf(mapping: Fields): string | undefined {
  let newest: string | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [id, node] of Object.entries(mapping)) {
    const fields = fieldsOf(node);
    const time = Number(fieldsOf(fields?.["message"])?.["create_time"] ?? 0);
    if (listOf(fields?.["children"]).length > 0 || !(time >= latest)) continue;
    latest = time;
    newest = id;
  }
  return newest;
}

function partsOf(content: Fields): string {
  const parts = listOf(content["parts"]).map(
    (part) => textOf(part) ?? textOf(fieldsOf(part)?.["text"]),
  );
  return parts.filter((part) => part !== undefined).join("\n");
}

function spokenOf(node: Fields, thread: string): Spoken | undefined {
  const message = fieldsOf(node["message"]);
  const content = fieldsOf(message?.["content"]);
  const role = roles.find((name) => name === fieldsOf(message?.["author"])?.["role"]);
  if (message === undefined || content === undefined || role === undefined) return undefined;
  const kind = textOf(content["content_type"]) ?? "text";
  const text = saidKinds.has(kind) ? partsOf(content) : (textOf(content["text"]) ?? "");
  if (text.trim() === "") return undefined;
  return {
    text,
    thread,
    role,
    ...present({ id: textOf(message["id"]), sentAt: isoFromSeconds(message["create_time"]) }),
    ...(isAutomatic(message, role, kind) ? { automatic: true } : {}),
  };
}

function isAutomatic(message: Fields, role: Role, kind: string): boolean {
  const recipient = textOf(message["recipient"]) ?? "all";
  const metadata = fieldsOf(message["metadata"]);
  const isHidden = metadata?.["is_visually_hidden_from_conversation"] === true;
  return !saidKinds.has(kind) || role === "tool" || recipient !== "all" || isHidden;
}

function* spokenInOne(conversation: Fields, number: number): Generator<Spoken | Opening> {
  const mapping = fieldsOf(conversation["mapping"]);
  if (mapping === undefined) return;
  const id =
    textOf(conversation["conversation_id"]) ?? textOf(conversation["id"]) ?? String(number);
  yield { title: textOf(conversation["title"]) ?? id };
  for (const node of branchOf(mapping, textOf(conversation["current_node"]))) {
    const spoken = spokenOf(node, id);
    if (spoken !== undefined) yield spoken;
  }
}

export const chatGptReader: SourceReader = {
  about: "ChatGPT's data export (conversations.json)",
  extensions: ["json"],
  container: true,
  streams: true,
  recognises: (_name, head) => {
    const text = headText(head);
    return text.trimStart().startsWith("[") &&
      text.includes('"mapping"') &&
      text.includes('"parent"')
      ? 0.97
      : 0;
  },
  read: (input) => layOut(eachConversation(input, spokenInOne)),
};
