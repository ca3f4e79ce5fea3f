// TRL's kinds of rows: two answers (DPO), a label (KTO), messages (SFT), prompt and completion, texts.
import { chatRoles } from "../forms/chat.ts";
import { judged } from "../forms/judged.ts";
import { preferenceForm } from "../forms/preference.ts";
import { promptCompletionTurns } from "../forms/prompt-completion.ts";
import type { Profile } from "../profile.ts";
import { pairs, templateChat, templateSeverity, texts } from "./mlx-lm.ts";

export const trl: Profile = {
  about: "TRL: messages, preferences, labels",
  forms: [preferenceForm, judged, templateChat, promptCompletionTurns, pairs, texts],
  roles: Object.keys(chatRoles),
  severity: { ...templateSeverity, blank_line: "warning", byte_order_mark: "warning" },
};
