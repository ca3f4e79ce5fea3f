// Questions with what is said of them, as definition lists, folded details and structured FAQ data of web pages give
// them, and as `Question?` over `: answer` does in text. Terms that ask nothing are a glossary.
import type { Term } from "../../sources/types.ts";
import { findPairs, type Pair, type PairEvidence } from "../questions/pairs.ts";
import { isBlankCode, isColonCode, isQuestionMarkCode } from "../text/characters.ts";
import { spansOf } from "../text/content.ts";
import { passage } from "../text/passages.ts";
import type { Stretch } from "../text/stretch.ts";
import type { Rule } from "./rule.ts";

function pairOfTerm({ span, term, definitions }: Term): Pair[] {
  return definitions.length === 0
    ? []
    : [{ start: span[0], question: [term], answer: definitions }];
}

/** Behind the colon that begins a line and says that what follows defines the line above. */
function definitionPlace({ text, lines }: Stretch, line: number): number {
  const at = lines.ink(line);
  if (!isColonCode(text.charCodeAt(at)) || !isBlankCode(text.charCodeAt(at + 1))) return -1;
  let from = at + 1;
  while (from < lines.end(line) && isBlankCode(text.charCodeAt(from))) from += 1;
  return from < lines.end(line) ? from : -1;
}

/** The line behind a definition: what is further in than its term belongs to it, blank lines between too. */
function definitionEnd(stretch: Stretch, first: number, outer: number): number {
  const { lines } = stretch;
  let last = first + 1;
  for (let line = first + 1; line < lines.count; line += 1) {
    if (lines.isBlank(line)) continue;
    const wrapped = line === last && definitionPlace(stretch, line + 1) === -1;
    if (lines.indent(line) < outer + 2 && !wrapped) break;
    if (definitionPlace(stretch, line) !== -1 && lines.indent(line) <= lines.indent(first)) break;
    last = line + 1;
  }
  return last;
}

/** The first line of the term that ends on a line, which may be broken twice. */
function termStart({ lines }: Stretch, line: number, behind: number): number {
  let first = line;
  while (first > behind && first > line - 2 && !lines.isBlank(first - 1)) first -= 1;
  return first;
}

function pairsInText(stretch: Stretch): Pair[] {
  const { lines } = stretch;
  const pairs: Pair[] = [];
  let behind = 0;
  for (let line = 0; line + 1 < lines.count; line += 1) {
    if (lines.isBlank(line) || stretch.fence(line) > 0) continue;
    const below = lines.isBlank(line + 1) ? line + 2 : line + 1;
    const from = below < lines.count ? definitionPlace(stretch, below) : -1;
    if (from === -1) continue;
    const first = termStart(stretch, line, behind);
    behind = definitionEnd(stretch, below, lines.indent(first));
    const answer = spansOf(stretch, passage(from, behind));
    const question = spansOf(stretch, passage(lines.ink(first), line + 1));
    if (answer.length > 0 && question.length > 0)
      pairs.push({ start: lines.ink(first), question, answer });
    line = Math.max(line, behind - 1);
  }
  return pairs;
}

function judge({ pairs, asking, code }: PairEvidence): number {
  if (asking < 0.6 || code > 0.3) return 0;
  return Math.min(0.96, 0.75 + 0.06 * Math.min(3, pairs));
}

/** Whether a term ends in a question mark; `a ? b` above `: c` is code. */
function isAsked({ text }: Stretch, { question }: Pair): boolean {
  let end = question.at(-1)?.[1] ?? 0;
  while (end > 0 && '*_"”» '.includes(text.charAt(end - 1))) end -= 1;
  return isQuestionMarkCode(text.charCodeAt(end - 1));
}

function asking(stretch: Stretch, pairs: readonly Pair[]): Pair[] {
  const kept = pairs.filter((pair) => isAsked(stretch, pair));
  return kept.length >= pairs.length * 0.6 ? kept : [];
}

export const definitions: Rule = {
  about:
    "questions as terms with their answers: definition lists, details elements, FAQ data of web pages",
  find(stretch) {
    const terms = stretch.blocks.filter((block) => block.type === "term").flatMap(pairOfTerm);
    const pairs = terms.length > 0 ? terms : pairsInText(stretch);
    return findPairs(stretch, asking(stretch, pairs), judge);
  },
};
