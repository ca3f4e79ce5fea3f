// Reads what may be a label at the beginning of a line: `Q1:`, `**User**:`, `[10:23] <ann>`, `MR. LEE:`, `## Assistant`.
// Says what stands there, at one look at no more than the line's first hundred characters; rules say what it means.
import {
  folded,
  isBlankCode,
  isColonCode,
  isDashCode,
  isDigitCode,
  isEastAsianCode,
  isLetterCode,
} from "./characters.ts";
import { stemOf, withoutVerb } from "./label-names.ts";
import { passHead, Scan } from "./scan.ts";
import { bracketedTimeEnd, timeEnd } from "./times.ts";

/** What stands between a label and what is said. */
export type Separator =
  | "colon"
  | "semicolon"
  | "point"
  | "bracket"
  | "angle"
  | "dash"
  | "tab"
  | "bar"
  | "bold"
  | "none";

export interface Label {
  readonly line: number;
  /** As written, without what decorates it. */
  readonly name: string;
  /** Lower case, without accents and without a number at its end. */
  readonly stem: string;
  /** Lower case, without accents. */
  readonly key: string;
  /** The number of `Q1`, `Question 1` or `1. Q`; empty without one. */
  readonly number: string;
  readonly start: number;
  /** First place of what is said; the line's end where the label stands alone. */
  readonly body: number;
  readonly alone: boolean;
  readonly separator: Separator;
  /** Bold, in brackets, in quotes. */
  readonly decorated: boolean;
  readonly timed: boolean;
  /** Level of the heading the label is, 0 for none. */
  readonly heading: number;
  /** How many `>` stand before it. */
  readonly quoted: number;
  readonly bullet: boolean;
  /** Nobody speaks here, what is said before ends all the same. */
  readonly silent?: boolean;
}

const longestName = 42;
const closers = "*_~`])>»«\"“”'‘’】」』》}›";
const insideNames = " .'’-_&/#@+·,•‑\u00a0";

function isEmojiCode(code: number): boolean {
  return (
    (code >= 0xd800 && code <= 0xdfff) ||
    (code >= 0x2600 && code <= 0x27bf) ||
    code === 0xfe0f ||
    code === 0x200d
  );
}

const shortTitles = new Set([
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "st",
  "sr",
  "jr",
  "hr",
  "fr",
  "mme",
  "mlle",
  "no",
]);

/** Names in capitals may end in a point: `MR. SMITH. Good morning.`, `THE COURT. Yes.` */
function capitalsEnd(scan: Scan, from: number): boolean {
  const name = scan.text.slice(from, scan.at);
  if (name.length < 5 || name !== name.toUpperCase() || name === name.toLowerCase()) return false;
  const word = name.slice(name.lastIndexOf(" ") + 1).toLowerCase();
  return word.length > 1 && !shortTitles.has(word);
}

/** Whether the point at `at` ends the label before it: `Q.`, `A1.`, `THE COURT.`; not that of `Mr.` or `Dr.`. */
function pointEnds(scan: Scan, from: number): boolean {
  if (!isBlankCode(scan.code(1)) && scan.code(1) !== 0) return false;
  const length = scan.at - from;
  if (length > 4) return scan.code() === 0x2e && capitalsEnd(scan, from);
  const short = length === 1 || isDigitCode(scan.code(-1)) || isBlankCode(scan.code(-1));
  return short && isLetterCode(scan.text.charCodeAt(from));
}

/** `Q` and `A` before a wide gap, as depositions have them. */
function isExaminer(scan: Scan, from: number): boolean {
  if (scan.at - from !== 1 || scan.decorated) return false;
  const letter = scan.text.charAt(from);
  return letter === "Q" || letter === "A";
}

interface NameEnd {
  end: number;
  separator: Separator | undefined;
}

/** Before a time that follows the name: `Ann 10:23`, `Ann — Today at 10:23`. Moves behind the time when there is one. */
function timeBehind(scan: Scan, from: number): boolean {
  let begin = scan.at;
  if (
    isDashCode(scan.code()) ||
    scan.code() === 0x2c ||
    scan.code() === 0x7c ||
    scan.code() === 0xb7
  )
    begin += 1;
  while (begin < scan.end && isBlankCode(scan.text.charCodeAt(begin))) begin += 1;
  if (begin === from) return false;
  const bracketed = bracketedTimeEnd(scan.text, begin, scan.end);
  const end = bracketed === -1 ? timeEnd(scan.text, begin, scan.end) : bracketed;
  if (end === -1) return false;
  scan.at = end;
  scan.timed = true;
  return true;
}

/** `(Support)`, `[00:12]`: what may stand between a name and its colon. */
function qualifier(scan: Scan): void {
  scan.blanks();
  const open = scan.code();
  if (open !== 0x28 && open !== 0x5b && open !== 0xff08) return;
  const close = open === 0x28 ? ")" : open === 0x5b ? "]" : "）";
  const limit = Math.min(scan.end, scan.at + 60);
  const found = scan.text.slice(scan.at, limit).indexOf(close);
  if (found === -1) return;
  if (bracketedTimeEnd(scan.text, scan.at, scan.end) !== -1) scan.timed = true;
  scan.at += found + 1;
}

function closing(scan: Scan): boolean {
  const before = scan.at;
  while (!scan.over && closers.includes(scan.text.charAt(scan.at))) scan.at += 1;
  return scan.at > before;
}

/** Runs over the name to what ends it; `undefined` where this cannot be a label. */
function name(scan: Scan): NameEnd | undefined {
  const from = scan.at;
  const limit = Math.min(scan.end, from + longestName);
  while (scan.at < limit) {
    const code = scan.text.charCodeAt(scan.at);
    if (isColonCode(code) || code === 0x3b || code === 0xff1b)
      return { end: scan.at, separator: undefined };
    if (code === 0x09 || code === 0x7c)
      return { end: scan.at, separator: code === 0x09 ? "tab" : "bar" };
    if ((code === 0x2e || (code === 0x29 && !scan.decorated)) && pointEnds(scan, from))
      return { end: scan.at, separator: "point" };
    if (isBlankCode(code) && isBlankCode(scan.code(1)) && isExaminer(scan, from))
      return { end: scan.at, separator: "tab" };
    const end = scan.at;
    if (nameMayEndInTime(code, scan) && end > from && timeBehind(scan, from))
      return { end, separator: undefined };
    if (isDashCode(code) && isBlankCode(scan.code(-1)) && isBlankCode(scan.code(1)) && end > from)
      return { end, separator: "dash" };
    if (
      isLetterCode(code) ||
      isDigitCode(code) ||
      insideNames.includes(scan.text.charAt(end)) ||
      isEmojiCode(code)
    ) {
      scan.at += 1;
      continue;
    }
    return end > from ? { end, separator: undefined } : undefined;
  }
  return scan.over ? { end: scan.at, separator: "none" } : undefined;
}

function nameMayEndInTime(code: number, scan: Scan): boolean {
  if (isBlankCode(code))
    return (
      isDigitCode(scan.code(1)) ||
      scan.code(1) === 0x5b ||
      scan.code(1) === 0x28 ||
      isBlankCode(scan.code(1))
    );
  return code === 0x2c || code === 0xb7 || (isDashCode(code) && isBlankCode(scan.code(-1)));
}

/** Between colon and text a blank is wanted, unless a script without blanks or a decoration follows. */
function colonStands(scan: Scan): boolean {
  const colon = scan.code(-1);
  const next = scan.code();
  if (next === 0 || isBlankCode(next) || colon !== 0x3a) return true;
  return (
    isEastAsianCode(next) ||
    isEastAsianCode(scan.code(-2)) ||
    closers.includes(String.fromCharCode(next)) ||
    isLetterCode(next)
  );
}

/** Passes what ends the label; says what it was. */
function separator(scan: Scan, found: Separator | undefined): Separator | undefined {
  if (found === "none") return "none";
  if (found === "tab" || found === "bar" || found === "point" || found === "dash") {
    scan.at += 1;
    closing(scan);
    return found;
  }
  const closed = closing(scan);
  if (scan.code(-1) === 0x3e) scan.angle = true;
  qualifier(scan);
  closing(scan);
  if (!scan.timed) timeBehind(scan, scan.at);
  scan.blanks();
  if (scan.over)
    return closed ? (scan.angle ? "angle" : scan.bracket ? "bracket" : "bold") : "none";
  const code = scan.code();
  if (isColonCode(code) || code === 0x3b || code === 0xff1b) {
    scan.at += 1;
    if (!colonStands(scan)) return undefined;
    closing(scan);
    return isColonCode(code) ? "colon" : "semicolon";
  }
  if (!closed) return scan.timed ? "none" : undefined;
  if (scan.angle) return "angle";
  if (isDashCode(code) && isBlankCode(scan.code(1))) scan.at += 1;
  return scan.bracket ? "bracket" : scan.bold ? "bold" : undefined;
}

/**
 * The label at the beginning of a line, from its first character that is no blank to its end; undefined where there is
 * none. `Note:` and `http:` are labels too.
 */
export function labelAt(text: string, line: number, from: number, end: number): Label | undefined {
  const scan = new Scan(text, from, end);
  passHead(scan);
  const begin = scan.at;
  const found = name(scan);
  if (found === undefined || found.end <= begin) return undefined;
  const written = text.slice(begin, found.end).trim();
  if (written === "") return undefined;
  const stands = separator(scan, found.separator);
  if (stands === undefined) return undefined;
  scan.blanks();
  const spoken = withoutVerb(written);
  const key = folded(spoken);
  const [stem, number] = stemOf(key);
  return {
    line,
    name: spoken,
    key,
    stem,
    number: number === "" ? scan.number : number,
    start: from,
    body: Math.min(scan.at, end),
    alone: scan.at >= end,
    separator: stands,
    decorated: scan.decorated,
    timed: scan.timed,
    heading: scan.heading,
    quoted: scan.quoted,
    bullet: scan.bullet,
  };
}
