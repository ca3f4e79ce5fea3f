import { chatForm } from "../forms/chat.ts";
// What OpenAI's forms share, wherever they are taken: what messages may say.
import type { Sayable } from "../forms/projecting.ts";
import type { MessageKeys, Profile } from "../profile.ts";

export const sayable: Sayable = {
  name: true,
  weight: "whole",
  calls: "text",
  callIds: true,
  needsCallIds: true,
};

export const openaiKeys: MessageKeys = {
  system: ["role", "content", "name", "weight"],
  user: ["role", "content", "name", "weight"],
  assistant: [
    "role",
    "content",
    "name",
    "weight",
    "refusal",
    "annotations",
    "audio",
    "tool_calls",
    "function_call",
  ],
  tool: ["role", "content", "name", "tool_call_id", "weight"],
};

export const openaiRoles = ["system", "user", "assistant", "tool", "developer", "function"];

export const openaiForm = chatForm({
  about: "messages and tools in OpenAI's format",
  keys: ["messages", "tools", "parallel_tool_calls", "functions"],
  allowsOthers: false,
  can: sayable,
  tools: true,
  options: ["parallel_tool_calls"],
});

/** What OpenAI takes although others do not, and what it does not take although others do. */
export const openaiSeverity: Profile["severity"] = {
  extra_key: "warning",
  system_not_first: "warning",
  system_repeated: "warning",
  arguments_not_text: "error",
};
