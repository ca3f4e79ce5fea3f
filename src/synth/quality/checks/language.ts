// Answers in another language than their question, and rows in others than the set's. What is short, mostly code, or
// asked to be translated is passed over.
import { detectLanguage } from "../../../text/told-language.ts";
import type { CheckOptions, RowCheck, Sight } from "../check.ts";
import type { Exchange } from "../looked-row.ts";

/** Of less text the language is told wrongly too often. */
const leastLetters = 60;
const lookedAt = 2000;

const names = new Intl.DisplayNames("en", { type: "language" });

/** ISO 639-1; undefined where it cannot be told with certainty. */
function told(text: string): string | undefined {
  const part = text.slice(0, lookedAt);
  const letters = (part.match(/\p{L}/gu) ?? []).length;
  if (letters < leastLetters || letters * 2 < part.length) return undefined;
  const found = detectLanguage(part);
  return found.language !== "" && found.isReliable() ? found.language : undefined;
}

function isAskedFor(question: string, language: string): boolean {
  if (/translat|übersetz|traduc|tradui|перев[её]д|翻译|翻訳/iu.test(question)) return true;
  const own = new Intl.DisplayNames(language, { type: "language" }).of(language) ?? "";
  return [names.of(language) ?? "", own].some(
    (name) => name !== "" && question.toLowerCase().includes(name.toLowerCase()),
  );
}

function* of({ question, answer, field }: Exchange, { languages }: CheckOptions): Generator<Sight> {
  const spoken = told(answer);
  if (spoken === undefined) return;
  const name = names.of(spoken) ?? spoken;
  if (languages.length > 0 && !languages.includes(spoken)) {
    yield { field, message: `the answer is in ${name}` };
    return;
  }
  const asked = told(question);
  if (asked === undefined || asked === spoken || isAskedFor(question, spoken)) return;
  yield { field, message: `the question is in ${names.of(asked)}, the answer in ${name}` };
}

export const language: RowCheck = {
  about: "answers in another language than their question, or than --languages",
  *look({ exchanges }, options) {
    for (const one of exchanges) yield* of(one, options);
  },
};
