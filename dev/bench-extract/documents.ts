// The benchmark's made documents: every form in every language, spoiled in every way, from a seed.
import { type Form, forms } from "./forms.ts";
import type { GoldDocument } from "./gold.ts";
import { makeDialogue, type Random, seeded } from "./grammar.ts";
import { type Language, languages } from "./languages.ts";
import { type Noise, noises, Page } from "./page.ts";

/** Ways that leave nothing of a form to be seen, not for want of looking: a table has no lines to break. */
const senseless: Readonly<Record<string, readonly Noise[]>> = {
  "| Question | Answer |": ["wrapped", "hanging", "page breaks"],
  "Question TAB Answer": ["wrapped", "hanging", "page breaks"],
  "## Question?": ["wrapped", "hanging", "page breaks", "indented"],
  "Question? underlined": ["wrapped", "hanging", "page breaks", "no blank lines"],
  "**Question?**": ["wrapped", "hanging", "page breaks"],
  "quoted mail": ["indented"],
};

/** Forms whose answers end at the next blank line have one paragraph. */
const plain = new Set([
  "1. Question?",
  "Question? on a line",
  ": answer",
  "Ann alone on a line",
  "User alone on a line",
  "| Question | Answer |",
]);

function documentOf(form: Form, language: Language, noise: Noise, random: Random): GoldDocument {
  const rich = !plain.has(form.name) && noise !== "no blank lines";
  const page = new Page(noise, random);
  const [before = "", after = ""] = language.prose;
  if (noise === "surrounded") page.line(before).line();
  form.render(page, makeDialogue(random, language, rich));
  if (noise === "surrounded") page.line().line(`## ${language.code}`).line().line(after);
  const { text, conversations } = page.gold;
  return {
    name: `${form.name} ${language.code} ${noise}`,
    form: form.name,
    language: language.code,
    text,
    conversations,
  };
}

/** `share` of all combinations, chosen by the seed. */
export function* madeDocuments(
  seed: number,
  share = 1,
): Generator<GoldDocument & { noise: Noise }> {
  const choose = seeded(seed);
  for (const [formIndex, form] of forms.entries())
    for (const [languageIndex, language] of languages.entries())
      for (const [noiseIndex, noise] of noises.entries()) {
        if (choose() >= share || senseless[form.name]?.includes(noise) === true) continue;
        const random = seeded(seed + formIndex * 1009 + languageIndex * 101 + noiseIndex);
        yield { ...documentOf(form, language, noise, random), noise };
      }
}
