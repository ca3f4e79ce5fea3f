// Turns that stand in a row twice.
import { normalText } from "../../clean/duplicates/normal-text.ts";
import type { RowCheck } from "../check.ts";

/** Shorter ones are said twice in good conversations: "Yes, please." */
const leastCharacters = 20;

export const turns: RowCheck = {
  about: "messages repeated by the same role",
  *look({ parts }) {
    const known = new Map<string, string>();
    for (const { role, text, field } of parts) {
      const plain = normalText(text);
      if (plain.length < leastCharacters) continue;
      const before = known.get(`${role}\n${plain}`);
      if (before !== undefined) yield { field, message: `the same is said in ${before}` };
      else known.set(`${role}\n${plain}`, field);
    }
  },
};
