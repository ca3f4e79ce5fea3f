import { chatRoles } from "../forms/chat.ts";
// Plain texts at Together.
import { textForm } from "../forms/text.ts";
import type { Profile } from "../profile.ts";
import { togetherSeverity } from "./together-conversation.ts";

/** A text is all learned: it needs no question. */
export const textSeverity: Profile["severity"] = {
  not_ending_with_assistant: "off",
  nothing_to_learn: "off",
};

export const togetherText: Profile = {
  about: "Together, text",
  forms: [textForm("one text", false)],
  roles: Object.keys(chatRoles),
  severity: { ...togetherSeverity, ...textSeverity },
};
