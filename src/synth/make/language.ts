// In which language a text is: of a passage, as English names it, which a model is told to write in; of what it wrote,
// whether that is another than the one asked for. What is too short to tell, or close to it, passes.
import { detectLanguage, toldLanguages } from "../../text/told-language.ts";
import type { Passage } from "./plan.ts";

const names = new Intl.DisplayNames("en", { type: "language" });

/** Undefined where it cannot be told with certainty. */
export function languageOf(text: string): string | undefined {
  const found = detectLanguage(text.slice(0, 2000));
  if (found.language === "" || !found.isReliable()) return undefined;
  return names.of(found.language);
}

export const withLanguage = (passage: Passage): Passage => ({
  ...passage,
  language: languageOf(passage.text),
});

const sameLanguage: Readonly<Record<string, string>> = {
  nb: "no",
  nn: "no",
  fil: "tl",
  iw: "he",
  id: "ms",
  bs: "hr",
};

/** Every name of a language that is known → its code: "de", "german", "deutsch". */
let codes: ReadonlyMap<string, string> | undefined;

function namesOf(code: string): string[] {
  const own = new Intl.DisplayNames(code, { type: "language" }).of(code);
  return [code, names.of(code) ?? code, own ?? code].map((name) => name.toLowerCase());
}

function codeOf(wanted: string): string | undefined {
  codes ??= new Map(
    toldLanguages.flatMap((code) => namesOf(code).map((name) => [name, code] as const)),
  );
  const name = wanted.trim().toLowerCase();
  // "de-AT", "pt_BR", "German (Austria)"
  const [first = ""] = name.split(/[-_ (,]/);
  return [name, first].flatMap((one) => codes?.get(sameLanguage[one] ?? one) ?? [])[0];
}

/** Whether a language, given by code or name, is one of those that texts can be told to be in. */
export const isToldLanguage = (wanted: string): boolean => codeOf(wanted) !== undefined;

/** Shorter texts are told wrongly too often. */
const leastLetters = 40;
/** A language that fits nearly as well may be the one: Danish is half Norwegian. */
const nearly = 0.85;
/** More text tells nothing more. */
const lookedAt = 4000;

/** Whether a text is surely in another language than in `wanted`, a code or a name; false where that means nothing here. */
export function isOtherLanguage(text: string, wanted: string): boolean {
  const code = codeOf(wanted);
  if (code === undefined) return false;
  const letters = (text.slice(0, lookedAt).match(/[\p{L}\p{M}\s]+/gu) ?? []).join(" ");
  // a sign of Chinese or Japanese says what two letters do
  const signs = letters.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]/g)?.length ?? 0;
  if (letters.replaceAll(/\s/g, "").length + signs < leastLetters) return false;
  const found = detectLanguage(letters);
  if (found.language === "" || found.language === code || !found.isReliable()) return false;
  const scores = found.getScores() as Record<string, number>;
  return (scores[code] ?? 0) < nearly * (scores[found.language] ?? 0);
}
