// Chat rows: {"messages": [{"role", "content"}, …], "tools"?}, as OpenAI, mlx-lm and transformers spell them.
// Keys of a message that nobody learns from are ignored.
import { isPresent, type RowFormat } from "./format.ts";
import { type MessageSpelling, parseConversation } from "./messages.ts";

export const chatSpelling: MessageSpelling = {
  roleKeys: ["role"],
  contentKeys: ["content"],
  roles: { system: "system", user: "user", assistant: "assistant", tool: "tool", function: "tool" },
};

export const chat: RowFormat = {
  title: "chat message format",
  detect: (row) => isPresent(row.messages),
  parse: (row) => parseConversation(row.messages, "messages", chatSpelling, row),
};
