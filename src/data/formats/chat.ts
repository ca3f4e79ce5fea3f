// Chat rows: {"messages": [{"role", "content"}, …]}, as OpenAI and mlx-lm spell them.
// Message keys besides role and content are ignored, but for tool calls, which are refused.
import { isPresent, type MessageSpelling, parseConversation, type RowFormat } from "./format.ts";

export const chatSpelling: MessageSpelling = {
  roleKeys: ["role"],
  contentKeys: ["content"],
  roles: { system: "system", user: "user", assistant: "assistant", tool: "tool" },
};

export const chat: RowFormat = {
  title: "chat message format",
  detect: (row) => isPresent(row.messages),
  parse: (row) => parseConversation(row.messages, "messages", chatSpelling),
};
