// Supervised fine-tuning at OpenAI.
import type { Profile } from "../profile.ts";
import { openaiForm, openaiKeys, openaiRoles, openaiSeverity } from "./openai-chat.ts";

export const openaiSft: Profile = {
  about: "OpenAI, supervised",
  forms: [openaiForm],
  roles: openaiRoles,
  severity: { ...openaiSeverity, byte_order_mark: "warning" },
  messageKeys: openaiKeys,
  imageTypes: ["image/jpeg", "image/png", "image/webp"],
  cutsAtEnd: true,
};
