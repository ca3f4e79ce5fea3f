// ShareGPT rows: {"conversations": [{"from": "human", "value": …}, {"from": "gpt", …}]}.
// Sets that are made after it name the list and its keys otherwise; all spellings are read.
import { chatSpelling } from "./chat.ts";
import { isPresent, type JsonObject, type RowFormat } from "./format.ts";
import { type MessageSpelling, parseConversation } from "./messages.ts";

const spelling: MessageSpelling = {
  roleKeys: ["from", "role"],
  contentKeys: ["value", "content", "text"],
  roles: { human: "user", gpt: "assistant", ...chatSpelling.roles },
};

/** What the list of turns is called. One that is no list is a field of another meaning. */
const lists = ["conversations", "conversation", "dialogue", "dialog"];

function listIn(row: JsonObject): string | undefined {
  const named = lists.find((key) => Array.isArray(row[key]));
  return named ?? (isPresent(row.conversations) ? "conversations" : undefined);
}

export const sharegpt: RowFormat = {
  title: "ShareGPT conversation format",
  detect: (row) => listIn(row) !== undefined,
  parse(row) {
    const key = listIn(row) ?? "conversations";
    return parseConversation(row[key], key, spelling, row);
  },
};
