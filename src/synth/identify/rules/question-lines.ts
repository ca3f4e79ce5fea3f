// Questions on lines of their own, bold, numbered or plain, with answers below them: FAQs and interviews without labels
// or headings. A list of questions that nothing answers is an exam or a survey.
import { isFaqTitle } from "../lexicon/faq-titles.ts";
import { answered, type AskedLine, askedLine } from "../questions/asked-lines.ts";
import { findPairs, type PairEvidence } from "../questions/pairs.ts";
import { isDigitCode, isEastAsianCode } from "../text/characters.ts";
import type { Stretch } from "../text/stretch.ts";
import { endsSentence, wordCount } from "../turns/evidence.ts";
import type { Finding, Rule } from "./rule.ts";

type Look = "bold" | "italic" | "numbered" | "plain";

interface Candidate extends AskedLine {
  readonly look: Look;
}

/** Whether the line begins and ends with a mark of decoration; a colon or point may stand behind the last. */
function wraps(stretch: Stretch, line: number, mark: string): boolean {
  const { lines, text } = stretch;
  let end = lines.end(line);
  while (end > lines.ink(line) && ":. ".includes(text.charAt(end - 1))) end -= 1;
  const wide = end - lines.ink(line) > mark.length * 2 + 2;
  return wide && text.startsWith(mark, lines.ink(line)) && text.startsWith(mark, end - mark.length);
}

function startsNumbered(stretch: Stretch, line: number): boolean {
  const { lines, text } = stretch;
  let at = lines.ink(line);
  if (text.charAt(at) === "(") at += 1;
  const begin = at;
  while (isDigitCode(text.charCodeAt(at)) && at - begin < 4) at += 1;
  return at > begin && ".)、．:".includes(text.charAt(at)) && !isDigitCode(text.charCodeAt(at + 1));
}

function lookOf(stretch: Stretch, line: number): Look {
  const first = stretch.text.charAt(stretch.lines.ink(line));
  if (first === "*" || first === "_") {
    if (wraps(stretch, line, "**") || wraps(stretch, line, "__")) return "bold";
    if (wraps(stretch, line, "*") || wraps(stretch, line, "_")) return "italic";
  }
  if (startsNumbered(stretch, line)) return "numbered";
  return "plain";
}

function beginsParagraph(stretch: Stretch, line: number, look: Look): boolean {
  if (line === 0 || look !== "plain" || stretch.lines.isBlank(line - 1)) return true;
  if (stretch.isFurniture(line - 1) || stretch.heading(line - 1) > 0 || stretch.isRule(line - 1))
    return true;
  return (
    endsSentence(stretch.lines.trimmed(line - 1).slice(-8)) &&
    stretch.lines.indent(line) <= stretch.lines.indent(line - 1)
  );
}

/** A line that another rule or no rule at all looks at. */
function isOther(stretch: Stretch, line: number): boolean {
  if (stretch.lines.isBlank(line) || stretch.fence(line) > 0 || stretch.isFurniture(line))
    return true;
  if (stretch.heading(line) > 0) return true;
  const first = stretch.text.charAt(stretch.lines.ink(line));
  if ("|>/#`{<".includes(first)) return true;
  const label = stretch.label(line);
  return label?.separator === "colon" || label?.separator === "angle" || label?.timed === true;
}

/** A sentence that ends on the line asks nothing on the next one. */
function isEnded(stretch: Stretch, line: number): boolean {
  return (
    endsSentence(stretch.lines.trimmed(line).slice(-8)) || lookOf(stretch, line + 1) !== "plain"
  );
}

/** Too short to have been broken: a name above what is said, not the first half of a question. */
function isShort({ lines, text }: Stretch, line: number): boolean {
  const wide = isEastAsianCode(text.charCodeAt(lines.ink(line)));
  return lines.end(line) - lines.ink(line) < (wide ? 14 : 30);
}

function candidateAt(stretch: Stretch, line: number): Candidate | undefined {
  if (isOther(stretch, line)) return undefined;
  const look = lookOf(stretch, line);
  if (!beginsParagraph(stretch, line, look)) return undefined;
  if (look === "bold" || look === "italic") {
    const asked = askedLine(stretch, line, line + 1);
    return asked === undefined ? undefined : { ...asked, look };
  }
  for (let behind = line + 1; behind <= line + 3 && behind <= stretch.lines.count; behind += 1) {
    if (stretch.lines.isBlank(behind - 1) || isOther(stretch, behind - 1)) return undefined;
    const asked = askedLine(stretch, line, behind);
    if (asked?.asks === true) return { ...asked, look };
    if (isShort(stretch, behind - 1) || isEnded(stretch, behind - 1)) return undefined;
  }
  return undefined;
}

function candidatesOf(stretch: Stretch): Candidate[] {
  const found: Candidate[] = [];
  for (let line = 0; line < stretch.lines.count; line += 1) {
    const candidate = candidateAt(stretch, line);
    if (candidate === undefined) continue;
    found.push(candidate);
    line = candidate.behind - 1;
  }
  return found;
}

const nearLines = 60;

function listsOf(candidates: readonly Candidate[]): Candidate[][] {
  const open = new Map<Look, Candidate[]>();
  const lists: Candidate[][] = [];
  for (const candidate of candidates) {
    const list = open.get(candidate.look);
    if (list !== undefined && candidate.line - (list.at(-1)?.line ?? 0) <= nearLines) {
      list.push(candidate);
      continue;
    }
    const begun = [candidate];
    open.set(candidate.look, begun);
    lists.push(begun);
  }
  return lists;
}

function hasTitle(stretch: Stretch, line: number): boolean {
  for (let above = line - 1; above >= Math.max(0, line - 12); above -= 1) {
    const short = stretch.lines.end(above) - stretch.lines.ink(above) <= 80;
    if (short && isFaqTitle(stretch.lines.trimmed(above))) return true;
  }
  return false;
}

interface Listed {
  readonly look: Look;
  readonly titled: boolean;
  /** Share of the questions that something answers. */
  readonly answered: number;
  readonly asks: number;
  /** Words of an answer, on average. */
  readonly words: number;
}

function judgeOf({
  look,
  titled,
  answered: share,
  asks,
  words,
}: Listed): (evidence: PairEvidence) => number {
  return ({ pairs, sentences, code }) => {
    if (share < 0.75 || asks < 0.5 || code > 0.3 || words < 3) return 0;
    if (sentences < (titled || look !== "plain" ? 0.3 : 0.5)) return 0;
    const wanted = titled ? 2 : look === "plain" ? 4 : 3;
    if (pairs < wanted || (look === "plain" && !titled && words > 110)) return 0;
    return Math.min(
      0.95,
      (look === "plain" ? 0.5 : 0.62) + (titled ? 0.2 : 0) + 0.05 * Math.min(4, pairs),
    );
  };
}

function findingsOf(stretch: Stretch, list: readonly Candidate[]): Finding[] {
  const look = list[0]?.look ?? "plain";
  const asked = list.filter((one) => one.asks || look === "bold");
  const pairs = answered(stretch, asked, { headings: 6, limit: stretch.lines.count });
  const words = pairs.map(({ answer }) =>
    wordCount(stretch.text.slice(answer[0]?.[0], answer.at(-1)?.[1])),
  );
  return findPairs(
    stretch,
    pairs,
    judgeOf({
      look,
      titled: hasTitle(stretch, list[0]?.line ?? 0),
      answered: pairs.length / Math.max(1, asked.length),
      asks: asked.filter((one) => one.asks).length / Math.max(1, asked.length),
      words: words.reduce((sum, count) => sum + count, 0) / Math.max(1, words.length),
    }),
  );
}

export const questionLines: Rule = {
  about: "questions on their own lines, bold, numbered or plain, with answers below them",
  find: (stretch) => listsOf(candidatesOf(stretch)).flatMap((list) => findingsOf(stretch, list)),
};
