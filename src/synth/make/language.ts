// In which language a passage is, as English names it: what a model is told to write in.
import { eld } from "eld/small";
import type { Passage } from "./plan.ts";

const names = new Intl.DisplayNames("en", { type: "language" });

/** Undefined where it cannot be told with certainty. */
export function languageOf(text: string): string | undefined {
  const found = eld.detect(text.slice(0, 2000));
  if (found.language === "" || !found.isReliable()) return undefined;
  return names.of(found.language);
}

export const withLanguage = (passage: Passage): Passage => ({
  ...passage,
  language: languageOf(passage.text),
});
