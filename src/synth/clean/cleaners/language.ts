// Rows in other languages than those asked for. What is too short to tell, or mostly code, stays.
import { type Cleaner, drop } from "../cleaner.ts";

/** Less text is told wrongly too often. */
const leastCharacters = 24;
/** More text tells nothing more. */
const lookedAt = 2000;

const letters = (text: string): number => (text.match(/\p{L}/gu) ?? []).length;

export const language: Cleaner = {
  about: "rows in languages other than --languages",
  prepare: async ({ languages }) => {
    if (languages.length === 0) return undefined;
    const { eld } = await import("eld/medium");
    const wanted = new Set(languages.map((name) => name.toLowerCase()));
    return ({ said }) => {
      const spoken = said.filter(({ role }) => role !== "system" && role !== "tool");
      const text = spoken
        .map((each) => each.text)
        .join("\n")
        .slice(0, lookedAt);
      const isTold = text.length >= leastCharacters && letters(text) * 2 > text.length;
      if (!isTold) return [];
      const found = eld.detect(text);
      const isOther = found.language !== "" && found.isReliable() && !wanted.has(found.language);
      return isOther ? drop(`language ${found.language}`) : [];
    };
  },
};
