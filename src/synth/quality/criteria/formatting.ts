// Whether the form helps: paragraphs, lists, code, whole sentences.
import type { Criterion } from "./criterion.ts";

export const formatting: Criterion = {
  title: "formatting and structure",
  prompt: "criterion-formatting",
};
