// Chat rows: {"messages": [{"role", "content"}, …]}, as OpenAI and mlx-lm spell them.
// Message keys besides role and content are ignored.
import { type MessageSpelling, parseConversation, type RowFormat } from "./format.ts";

export const chatSpelling: MessageSpelling = {
  roleKeys: ["role"],
  contentKeys: ["content"],
  roles: { system: "system", user: "user", assistant: "assistant", tool: "tool" },
};

export const chat: RowFormat = {
  title: "chat message format",
  detect: (row) => row.messages !== undefined,
  parse: (row) => parseConversation(row.messages, "messages", chatSpelling),
};
