// Gemini, supervised, at Vertex AI.
import { gemini } from "../forms/gemini.ts";
import type { Profile } from "../profile.ts";

export const geminiVertex: Profile = {
  about: "Google's Gemini on Vertex AI",
  forms: [gemini],
  roles: ["user", "model", "function"],
  severity: {
    extra_key: "warning",
    not_starting_with_user: "error",
    same_role_twice: "warning",
    // its schemas are OpenAPI's: types in capitals, and no drafts
    bad_tool_schema: "off",
    // it has no ids: answers follow their calls by name
    call_id_missing: "off",
    tool_undeclared: "warning",
  },
  imageTypes: [],
};
