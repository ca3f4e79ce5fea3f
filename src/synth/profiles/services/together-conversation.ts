// Conversations at Together, by the rules of its own checker (check_file); where its guide asks for more, a warning.
import { chatForm } from "../forms/chat.ts";
import type { Profile } from "../profile.ts";

/** What every kind of rows at Together shares. */
export const togetherSeverity: Profile["severity"] = {
  extra_key: "error",
  empty_question: "warning",
};

export const togetherConversation: Profile = {
  about: "Together, conversations",
  forms: [
    chatForm({
      about: "messages in Together's format",
      keys: ["messages", "tools"],
      allowsOthers: false,
      can: { weight: "whole", calls: "text", callIds: true, needsCallIds: true },
      tools: true,
    }),
  ],
  roles: ["system", "user", "assistant", "tool"],
  severity: {
    ...togetherSeverity,
    same_role_twice: "error",
    system_not_first: "warning",
    system_repeated: "warning",
    not_starting_with_user: "warning",
    not_ending_with_assistant: "warning",
    call_unanswered: "warning",
    tool_undeclared: "warning",
    image_inline: "error",
    mixed_contents: "error",
  },
  imageTypes: ["image/jpeg", "image/png", "image/webp"],
};
