// Supervised fine-tuning of OpenAI's models at Azure, whose guide asks for a byte-order mark.
import type { Profile } from "../profile.ts";
import { openaiSft } from "./openai-sft.ts";

export const azureOpenaiSft: Profile = {
  ...openaiSft,
  about: "OpenAI's models on Azure, supervised",
  severity: { ...openaiSft.severity, byte_order_mark: "off", byte_order_mark_missing: "warning" },
};
