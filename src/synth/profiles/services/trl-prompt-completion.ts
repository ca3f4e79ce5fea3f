// TRL's prompt and completion as messages: only the last answer is learned.
import { promptCompletionTurns } from "../forms/prompt-completion.ts";
import type { Profile } from "../profile.ts";
import { trl } from "./trl.ts";

export const trlPromptCompletion: Profile = {
  ...trl,
  about: "TRL, prompt and completion as messages",
  forms: [promptCompletionTurns],
};
