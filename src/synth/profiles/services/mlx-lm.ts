// mlx-lm: chats with or without tools, prompt and completion, or texts; other fields are left alone.
import { chatForm, chatRoles } from "../forms/chat.ts";
import { promptCompletion } from "../forms/prompt-completion.ts";
import { textForm } from "../forms/text.ts";
import type { Profile } from "../profile.ts";

/** What is read by whatever template a model brings: it decides about roles, names and tools. */
export const templateSeverity: Profile["severity"] = {
  system_not_first: "warning",
  system_repeated: "warning",
  not_ending_with_assistant: "warning",
  tool_undeclared: "warning",
  call_id_missing: "warning",
  call_unanswered: "warning",
  nothing_to_learn: "warning",
};

export const templateChat = chatForm({
  about: "messages and tools for chat templates",
  keys: ["messages", "tools"],
  allowsOthers: true,
  can: { parts: true, name: true, reasoning: "reasoning_content", calls: "object", callIds: true },
  tools: true,
});

export const pairs = promptCompletion("prompt and completion, two texts", true);
export const texts = textForm("one text", true);

export const mlxLm: Profile = {
  about: "mlx-lm",
  forms: [templateChat, pairs, texts],
  roles: Object.keys(chatRoles),
  severity: templateSeverity,
};
