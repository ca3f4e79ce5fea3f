// Reinforcement fine-tuning at OpenAI: prompts that end with the user, and what a grader compares with.
import { reinforcement } from "../forms/reinforcement.ts";
import type { Profile } from "../profile.ts";
import { openaiKeys, openaiRoles, openaiSeverity } from "./openai-chat.ts";

export const openaiRft: Profile = {
  about: "OpenAI, reinforcement",
  forms: [reinforcement],
  roles: openaiRoles,
  severity: {
    ...openaiSeverity,
    extra_key: "off",
    byte_order_mark: "warning",
    not_ending_with_assistant: "off",
    not_ending_with_user: "error",
    nothing_to_learn: "off",
  },
  messageKeys: openaiKeys,
};
