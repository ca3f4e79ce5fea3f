// Preferences at Together: OpenAI's shape, each answer one message.
import { openaiPreferenceForm } from "../forms/openai-preference.ts";
import type { Profile } from "../profile.ts";
import { togetherConversation } from "./together-conversation.ts";

export const togetherPreference: Profile = {
  ...togetherConversation,
  about: "Together, preferences (DPO)",
  forms: [
    openaiPreferenceForm(
      "an input and two outputs of one message",
      { weight: "whole", calls: "text", callIds: true, needsCallIds: true },
      false,
    ),
  ],
  severity: {
    ...togetherConversation.severity,
    answer_count: "error",
    not_ending_with_user: "error",
  },
};
