// ShareGPT rows: {"conversations": [{"from": "human", "value": …}, {"from": "gpt", …}]}.
// Some sets put role and content under the same key; both spellings are read.
import { chatSpelling } from "./chat.ts";
import { isPresent, type RowFormat } from "./format.ts";
import { type MessageSpelling, parseConversation } from "./messages.ts";

const spelling: MessageSpelling = {
  roleKeys: ["from", "role"],
  contentKeys: ["value", "content"],
  roles: { human: "user", gpt: "assistant", ...chatSpelling.roles },
};

export const sharegpt: RowFormat = {
  title: "ShareGPT conversation format",
  detect: (row) => isPresent(row.conversations),
  parse: (row) => parseConversation(row.conversations, "conversations", spelling, row),
};
