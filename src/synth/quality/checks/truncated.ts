// Answers that stop in the middle of a sentence, as they do where a limit of tokens cut them. Only what is certain: an
// answer without a full stop at its end is none of it.
import type { RowCheck } from "../check.ts";

/** Words after which something must come. */
const unfinished = new Set(
  (
    "the a an and or but of to in on at for with by from that which who whose as is are was were be been than if " +
    "because so into about its their your our my this these those such via per not very " +
    "der die das ein eine und oder aber von zu im mit für auf als dass weil ist sind " +
    "le la les un une et ou mais de du des à pour avec que qui est sont " +
    "el los las y pero del para con por se lo al"
  ).split(" "),
);

/** Shorter answers may be a word, a name, a title. */
const leastCharacters = 40;

const isSaid = (text: string): boolean => /[.!?…。！？)"'”’`\]}>|*_~]$/u.test(text);

function hint(answer: string): string | undefined {
  const text = answer.trimEnd();
  if (text.length < leastCharacters || isSaid(text)) return undefined;
  if (/[,;(–—-]$/u.test(text)) return `it ends with "${text.slice(-12)}"`;
  const last = /(?:^|\s)(\p{L}+)$/u.exec(text)?.[1];
  return last !== undefined && unfinished.has(last) ? `it ends with "${last}"` : undefined;
}

export const truncated: RowCheck = {
  about: "answers that end in the middle of a sentence",
  *look({ exchanges }) {
    for (const { answer, field } of exchanges) {
      const found = hint(answer);
      if (found !== undefined) yield { field, message: `the answer is cut off: ${found}` };
    }
  },
};
