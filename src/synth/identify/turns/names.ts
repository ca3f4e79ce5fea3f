// Whether a label may be a speaker's name, by its form alone. That names come again and alternate is evidence.ts.
import { isFieldWord } from "../lexicon/field-words.ts";
import { questionSides } from "../lexicon/question-words.ts";
import { sideOf } from "../lexicon/speaker-roles.ts";
import { wordSet } from "../lexicon/word-list.ts";
import { isLetterCode } from "../text/characters.ts";
import type { Label } from "../text/label.ts";
import { isDividerWord } from "../text/passages.ts";

const titles =
  /^(?:mr|mrs|ms|dr|prof|sr|sra|mme|mlle|m|herr|frau|hr|fr|dott|sen|rep|judge|the)\.? /;
const nobility = new Set([
  "von",
  "van",
  "de",
  "der",
  "den",
  "del",
  "la",
  "le",
  "di",
  "da",
  "al",
  "el",
  "bin",
  "ben",
  "and",
  "of",
  "the",
  "y",
  "und",
]);

function startsLikeName(word: string): boolean {
  const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
  return first === first.toUpperCase() || !isLetterCode(word.charCodeAt(0));
}

/** Capital letters at the beginning of each word, as names have, or a script without capitals. */
export function isNameLike(label: Label): boolean {
  const words = label.name.split(/[\s\u00a0]+/u).filter((word) => word !== "");
  if (words.length === 0 || words.length > 5 || label.name.length > 36) return false;
  if (/[/\\=<>{}$]|\.\w{2,4}$|\.\.|__/.test(label.name)) return false;
  return words.every((word) => startsLikeName(word) || nobility.has(word.toLowerCase()));
}

/** Without signs before the word: `⚠ Warning` is a warning. */
function bare(stem: string): string {
  return stem.replace(/^[^\p{L}\p{N}]+/u, "");
}

const shortFields = wordSet(
  "nb, ps, id, url, uri, tel, fax, to, cc, bcc, re, faq, tip, add, fix, new, api, sql",
);

/** `AN:` is Anneliese more often than the German for To. */
function isInitials({ name, key }: Label): boolean {
  const capitals = name.length <= 3 && name === name.toUpperCase() && name !== name.toLowerCase();
  return capitals && !shortFields.has(key);
}

export function isField(label: Label): boolean {
  if (isInitials(label)) return false;
  if (isDividerWord(label.stem) && label.number !== "") return true;
  if (isFieldWord(bare(label.key)) || isFieldWord(bare(label.stem))) return true;
  const first = bare(label.stem).split(" ")[0] ?? "";
  return label.stem.includes(" ") && isFieldWord(first) && !titles.test(label.stem);
}

export function hasLetters(label: Label): boolean {
  return /\p{L}/u.test(label.name) || /\p{Extended_Pictographic}/u.test(label.name);
}

/** One word in small letters, as nicknames in chats are. */
export function isNick(label: Label): boolean {
  return (
    label.name.length <= 24 && !/[\s/\\=<>{}$:;()]/.test(label.name) && !/^\d+$/.test(label.name)
  );
}

export function isSpeakerName(label: Label): boolean {
  if (sideOf(label.stem) !== undefined) return true;
  return !isField(label) && questionSides(label.stem) === undefined && isNameLike(label);
}

const elements = new Set(
  "a b i p s u br hr li ul ol dl dt dd td th tr em h1 h2 h3 h4 h5 h6 div img nav pre svg span body code head html form main meta link path strong style table tbody thead title input button label select option script section article aside header footer template details summary t k v key value props type string number".split(
    " ",
  ),
);

/** `<div>` and its like are elements of a page. */
export function isElement({ key }: Label): boolean {
  return elements.has(key);
}
