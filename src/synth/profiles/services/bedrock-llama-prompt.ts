// Llama 3.1 at Bedrock: a prompt and what completes it.
import { promptCompletion } from "../forms/prompt-completion.ts";
import type { Profile } from "../profile.ts";

export const bedrockLlamaPrompt: Profile = {
  about: "Llama 3.1 on Bedrock, prompt and completion",
  forms: [promptCompletion("prompt and completion, two texts", false)],
  roles: [],
  severity: { extra_key: "error" },
};
