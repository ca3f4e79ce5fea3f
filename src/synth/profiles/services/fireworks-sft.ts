// Supervised fine-tuning at Fireworks, Llama and others.
import { chatForm } from "../forms/chat.ts";
import type { Profile } from "../profile.ts";

export const fireworksSft: Profile = {
  about: "Fireworks, supervised",
  forms: [
    chatForm({
      about: "messages and tools in Fireworks' format",
      keys: ["messages", "tools"],
      allowsOthers: false,
      can: {
        weight: "whole",
        calls: "text",
        callIds: true,
        needsCallIds: true,
        name: true,
        reasoning: "reasoning_content",
      },
      tools: true,
    }),
  ],
  roles: ["system", "user", "assistant", "tool"],
  severity: { extra_key: "warning", arguments_not_text: "error" },
};
