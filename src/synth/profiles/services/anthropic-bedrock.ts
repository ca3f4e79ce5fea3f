// Claude 3 Haiku at Bedrock: system apart, user and assistant strictly in turn, no other fields.
import { claude } from "../forms/claude.ts";
import type { Profile } from "../profile.ts";

const plain = ["role", "content"];

export const anthropicBedrock: Profile = {
  about: "Anthropic's Claude on Bedrock",
  forms: [claude],
  roles: ["user", "assistant"],
  severity: {
    extra_key: "error",
    system_in_messages: "error",
    not_starting_with_user: "error",
    same_role_twice: "error",
  },
  messageKeys: { system: plain, user: plain, assistant: plain, tool: plain },
};
