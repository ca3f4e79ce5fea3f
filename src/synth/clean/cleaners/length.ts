// Rows that say nothing, too little or too much.
import { type Cleaner, drop, exchangesIn } from "../cleaner.ts";

export const length: Cleaner = {
  about: "rows without text, too short or too long rows, and empty answers",
  prepare:
    ({ minLength, maxLength = Number.POSITIVE_INFINITY, minAnswer }) =>
    ({ said }) => {
      const all = said.reduce((sum, { text }) => sum + text.trim().length, 0);
      if (all < minLength) return drop(all === 0 ? "no text" : `${all} characters`);
      if (all > maxLength) return drop(`${all} characters`);
      const short = exchangesIn(said).find(({ answer }) => answer.trim().length < minAnswer);
      return short === undefined
        ? []
        : drop(`an answer of ${short.answer.trim().length} characters`);
    },
};
