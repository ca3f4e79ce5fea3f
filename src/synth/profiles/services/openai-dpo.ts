// Preference fine-tuning (DPO) at OpenAI.
import { openaiPreferenceForm } from "../forms/openai-preference.ts";
import type { Profile } from "../profile.ts";
import { openaiKeys, openaiRoles, openaiSeverity, sayable } from "./openai-chat.ts";

export const openaiDpo: Profile = {
  about: "OpenAI, preferences (DPO)",
  forms: [openaiPreferenceForm("an input and two outputs", sayable, true)],
  roles: openaiRoles,
  severity: {
    ...openaiSeverity,
    extra_key: "error",
    byte_order_mark: "warning",
    not_ending_with_user: "warning",
  },
  messageKeys: openaiKeys,
};
