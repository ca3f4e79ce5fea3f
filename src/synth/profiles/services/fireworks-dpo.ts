// Preference fine-tuning at Fireworks, in OpenAI's shape.
import { openaiPreferenceForm } from "../forms/openai-preference.ts";
import type { Profile } from "../profile.ts";
import { fireworksSft } from "./fireworks-sft.ts";
import { sayable } from "./openai-chat.ts";

export const fireworksDpo: Profile = {
  ...fireworksSft,
  about: "Fireworks, preferences (DPO)",
  forms: [openaiPreferenceForm("an input and two outputs", sayable, true)],
};
