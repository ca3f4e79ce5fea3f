// Paragraphs from the lines of a page. Two lines are one line of text when the first word of the second would not have
// fitted on the first: where it would have, someone broke the line, and the break stays. Hyphens at such ends go when
// the document has the word without them, or has it nowhere.
import type { Line } from "./lines.ts";

export interface TextBlock {
  /** 0 for what is no heading. */
  readonly level: number;
  readonly text: string;
}

/** Of the size of letters: lines further apart are of different paragraphs. */
const LEADING = 1.75;
const LARGER = 1.15;
const LONGEST_HEADING = 200;
const MOST_WORDS = 200_000;

/** Words of a document, as far as it has been read. */
export class Vocabulary {
  readonly #words = new Set<string>();

  add(lines: readonly Line[]): void {
    if (this.#words.size > MOST_WORDS) return;
    for (const { text } of lines)
      for (const word of text.split(/[^\p{L}\p{M}'’-]+/u)) this.#words.add(word.toLowerCase());
  }

  has(word: string): boolean {
    return this.#words.has(word.toLowerCase());
  }
}

/** The size of most letters. */
export function bodySize(pages: readonly Line[][]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of pages.flat()) {
    const rounded = Math.round(size * 2) / 2;
    letters.set(rounded, (letters.get(rounded) ?? 0) + text.length);
  }
  const most = [...letters].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  return most[0];
}

/** Lines that end near the edge, which tell that there is one. */
const FEWEST_FULL = 3;
const NEAR_EDGE = 0.12;

/**
 * Where lines at this place end when they are full: most of those that share a column with it. Undefined where too few
 * end there to tell that text was broken to fit.
 */
function edgeOf(line: Line, page: readonly Line[]): number | undefined {
  const column = page.filter((other) => other.left < line.right && other.right > line.left);
  const rights = column.map(({ right }) => right).sort((one, other) => one - other);
  const which = rights.length < 5 ? rights.length - 1 : Math.floor(rights.length * 0.85);
  const edge = rights[which] ?? line.right;
  const near = edge - (edge - line.left) * NEAR_EDGE;
  return rights.filter((right) => right >= near).length < FEWEST_FULL ? undefined : edge;
}

/** A bullet, a number, or a short name and a colon: whoever wrote that began a line with it. */
const beginsAnew = (text: string): boolean =>
  /^(?:[•▪◦‣·*–—-]\s|\(?\d{1,3}[.)]\s|\p{Lu}[.)]\s|[^\s:]{1,20}(?: [^\s:]{1,20}){0,2}:(?:\s|$))/u.test(
    text,
  );

const firstWordWidth = ({ text, left, right }: Line): number => {
  const word = /^\S+/.exec(text)?.[0].length ?? 0;
  return ((right - left) * word) / Math.max(1, text.length);
};

function isWrapped(line: Line, next: Line, page: readonly Line[]): boolean {
  const edge = beginsAnew(next.text) ? undefined : edgeOf(line, page);
  return edge !== undefined && line.right + firstWordWidth(next) > edge - line.size * 0.1;
}

function isSameParagraph(line: Line, next: Line): boolean {
  const drop = line.y - next.y;
  const isNear = drop > 0 && drop < Math.max(line.size, next.size) * LEADING;
  return isNear && Math.abs(line.size - next.size) < line.size * 0.1 && next.left < line.right;
}

/** What stands between a line that is full and the next, and how much of the first goes. */
function joint(text: string, next: string, words: Vocabulary): { cut: number; between: string } {
  if (text.endsWith("\u00AD")) return { cut: 1, between: "" };
  const [, before = ""] = /([\p{L}\p{M}]+)[-\u2010]$/u.exec(text.slice(-60)) ?? [];
  const [after = ""] = /^\p{Ll}[\p{L}\p{M}]*/u.exec(next.slice(0, 60)) ?? [];
  if (before === "" || after === "") return { cut: 0, between: /[-\u2010]$/.test(text) ? "" : " " };
  const isOneWord = words.has(before + after) || !words.has(`${before}-${after}`);
  return { cut: isOneWord ? 1 : 0, between: "" };
}

function joined(lines: readonly Line[], page: readonly Line[], words: Vocabulary): string {
  let text = "";
  lines.forEach((line, index) => {
    const above = lines[index - 1];
    if (above === undefined) text = line.text;
    else if (!isWrapped(above, line, page)) text += `\n${line.text}`;
    else {
      const { cut, between } = joint(text, line.text, words);
      text = text.slice(0, text.length - cut) + between + line.text;
    }
  });
  return text;
}

/** `sizes` are those of headings so far, largest first; a new one takes its place among them. */
function levelOf(size: number, body: number, text: string, sizes: number[]): number {
  if (size < body * LARGER || text.length > LONGEST_HEADING || !/\p{L}/u.test(text)) return 0;
  const rounded = Math.round(size * 2) / 2;
  if (!sizes.includes(rounded)) {
    sizes.push(rounded);
    sizes.sort((one, other) => other - one);
  }
  return Math.min(6, sizes.indexOf(rounded) + 1);
}

export function blocksOf(
  page: readonly Line[],
  body: number,
  words: Vocabulary,
  sizes: number[],
): TextBlock[] {
  const groups: Line[][] = [];
  for (const line of page) {
    const group = groups.at(-1);
    const above = group?.at(-1);
    if (group !== undefined && above !== undefined && isSameParagraph(above, line))
      group.push(line);
    else groups.push([line]);
  }
  return groups.map((group) => {
    const text = joined(group, page, words);
    return { level: levelOf(group[0]?.size ?? 0, body, text, sizes), text };
  });
}
