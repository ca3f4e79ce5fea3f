// Texts as Llama 2 was tuned on.
import { inst } from "../forms/inst.ts";
import type { Profile } from "../profile.ts";

export const llamaInst: Profile = {
  about: "Llama 2, [INST] text",
  forms: [inst],
  roles: [],
  severity: { blank_line: "warning" },
};
