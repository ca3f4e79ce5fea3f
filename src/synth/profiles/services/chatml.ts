// Texts in ChatML.
import { chatRoles } from "../forms/chat.ts";
import { textForm } from "../forms/text.ts";
import type { Profile } from "../profile.ts";
import { textSeverity } from "./together-text.ts";

export const chatml: Profile = {
  about: "ChatML text",
  forms: [textForm("one text, in ChatML", true)],
  roles: Object.keys(chatRoles),
  severity: { ...textSeverity, blank_line: "warning" },
};
