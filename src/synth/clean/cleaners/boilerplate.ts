import type { Said } from "../../rows/row-text.ts";
// Answers that are mostly what web pages have around their text, or lines that many rows of the set share.
import { type Cleaner, drop, exchangesIn } from "../cleaner.ts";

/** In lower case. */
const marks: readonly string[] = [
  "all rights reserved",
  "accept all cookies",
  "we use cookies",
  "cookie policy",
  "privacy policy",
  "terms of service",
  "terms of use",
  "subscribe to our newsletter",
  "sign up for our newsletter",
  "enable javascript",
  "javascript is disabled",
  "click here to",
  "share on facebook",
  "follow us on",
  "skip to main content",
  "add to cart",
  "lorem ipsum",
  "alle rechte vorbehalten",
  "newsletter abonnieren",
  "todos los derechos reservados",
  "tous droits réservés",
  "все права защищены",
  "版权所有",
  "無断転載",
];

/** Lines that boilerplate is looked for in: longer ones are read in part. */
const longestLine = 2000;

export const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim().slice(0, longestLine))
    .filter((line) => line !== "");

/** What boilerplate is looked for in: answers, else what a row of plain text says. */
export function judgedTexts(said: readonly Said[]): string[] {
  const answers = exchangesIn(said).map(({ answer }) => answer);
  return answers.length > 0
    ? answers
    : said.filter(({ role }) => role === "text").map(({ text }) => text);
}

/** Share of a text's characters that are in such lines. */
function share(text: string, isSuch: (line: string) => boolean): number {
  let [such, all] = [0, 0];
  for (const line of linesOf(text)) {
    all += line.length;
    if (isSuch(line)) such += line.length;
  }
  return all === 0 ? 0 : such / all;
}

export const boilerplate: Cleaner = {
  about: "answers that are mostly web page boilerplate, or lines shared by many rows",
  prepare: ({ boilerplateShare: least }, { isShared = () => false }) => {
    const isMarked = (line: string): boolean => {
      const lower = line.toLowerCase();
      return marks.some((mark) => lower.includes(mark));
    };
    return ({ said }) => {
      for (const text of judgedTexts(said)) {
        const found = share(text, (line) => isShared(line) || isMarked(line));
        if (found >= least) return drop(`${Math.round(100 * found)} % of it is boilerplate`);
      }
      return [];
    };
  },
};
