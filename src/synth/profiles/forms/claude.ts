// Rows as Claude on Bedrock takes them: {"system"?, "messages": [{"role", "content"}]}, user and assistant in turn,
// nothing else. Tools and images have no place.
import { isPresent } from "../../../data/formats/format.ts";
import type { JsonObject } from "../../../text/types.ts";
import type { RowForm, SeenMessage, SeenRow } from "../profile.ts";
import { seenChat } from "./chat.ts";
import {
  conversation,
  oneSystem,
  ownFields,
  projection,
  toolsField,
  unsaid,
  textOf,
  type Losses,
} from "./projecting.ts";
import { Eye, others, saidBy, seenRow, toolsOf } from "./seeing.ts";

const keys = ["system", "messages"];

/** System messages that stand where they may not; the first can move into the field, where that is free. */
export function noteSystem(eye: Eye, messages: readonly SeenMessage[], isFree: boolean): void {
  for (const [index, { at, value }] of messages.entries()) {
    if (value["role"] !== "system") continue;
    const message = "the system message belongs in the field system, not in messages";
    const fixable = isFree && index === 0;
    eye.sightings.push({ code: "system_in_messages", field: `${at}.role`, message, fixable });
  }
}

function see(row: JsonObject): SeenRow {
  const eye = new Eye();
  const system = isPresent(row["system"]) ? eye.text(row["system"], "system") : undefined;
  const messages = seenChat(eye, row["messages"], "messages");
  noteSystem(eye, messages, row["system"] === undefined);
  const first = system === undefined ? [] : [saidBy("system", system, "system", "")];
  return seenRow(eye, [...first, ...messages], {
    ...toolsOf(row),
    rest: others(row, [...keys, "tools"]),
  });
}

interface Turn {
  role: string;
  content: string;
}

/** Turns of one role joined, so that user and assistant alternate. */
export function alternating(placed: ReturnType<typeof oneSystem>["rest"], losses: Losses): Turn[] {
  const turns: Turn[] = [];
  for (const { message, at } of placed) {
    if (message.role === "tool") losses.refuse(at, "the format does not support tool results");
    unsaid(message, at, {}, losses);
    const content = textOf(message, at, losses);
    const before = turns.at(-1);
    if (before?.role !== message.role) turns.push({ role: message.role, content });
    else {
      losses.lose(at, "joined to the message before it, which has the same role");
      before.content += `\n\n${content}`;
    }
  }
  return turns;
}

export const claude: RowForm = {
  about: "system as its own field, then alternating user and assistant messages",
  keys,
  allowsOthers: false,
  detect: (row) => isPresent(row["messages"]),
  see,
  project: (record, asked) =>
    projection((losses) => {
      ownFields(record, { ...asked, keepsSource: false }, losses);
      toolsField(record, false, losses);
      const { system, rest } = oneSystem(conversation(record, losses), {}, losses);
      const messages = alternating(rest, losses);
      return system === undefined ? { messages } : { system, messages };
    }),
};
