// Prompts and completions at Together.
import { promptCompletion } from "../forms/prompt-completion.ts";
import type { Profile } from "../profile.ts";
import { togetherSeverity } from "./together-conversation.ts";

export const togetherInstruction: Profile = {
  about: "Together, prompt and completion",
  forms: [promptCompletion("prompt and completion, two texts", false)],
  roles: [],
  severity: togetherSeverity,
};
