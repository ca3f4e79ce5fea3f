// Which lines belong to the page and not to what is said on it: page numbers, and heads and feet that come again on
// every page. Such a line in the middle of an answer is left out of the answer.
import type { Block } from "../../sources/types.ts";
import { folded, isDashCode, isDigitCode } from "./characters.ts";
import type { Lines } from "./lines.ts";

const pageWords = new Set([
  "page",
  "p",
  "pg",
  "seite",
  "pagina",
  "sayfa",
  "strona",
  "страница",
  "стр",
  "第",
  "頁",
  "页",
  "صفحة",
  "página",
]);

/** `Page 3 of 9`, `- 3 -`, `Seite 3`, `3/9`: digits, and no other words than those for a page. */
function isPageNumber(text: string, marked: boolean): boolean {
  if (text.length > 28) return false;
  const words = folded(text)
    .split(/[^\p{L}]/u)
    .filter((word) => word !== "");
  const digits = Array.from(text).filter((character) =>
    isDigitCode(character.charCodeAt(0)),
  ).length;
  if (digits === 0 || digits > 8) return false;
  const known = words.every(
    (word) =>
      pageWords.has(word) ||
      word === "of" ||
      word === "von" ||
      word === "de" ||
      word === "sur" ||
      word === "di" ||
      word === "共",
  );
  if (!known) return false;
  if (words.some((word) => pageWords.has(word))) return true;
  const dashes = isDashCode(text.charCodeAt(0)) && isDashCode(text.charCodeAt(text.length - 1));
  return dashes || (marked && digits === text.length);
}

/** The line with every digit as 0: heads of pages differ by their numbers only. */
function unnumbered(text: string): string {
  let out = "";
  for (let at = 0; at < text.length; at += 1)
    out += isDigitCode(text.charCodeAt(at)) ? "0" : text.charAt(at);
  return out;
}

function gather(byText: Map<string, number[]>, text: string, line: number): void {
  const lines = byText.get(text);
  if (lines === undefined) byText.set(text, [line]);
  else lines.push(line);
}

function nearestInked(lines: Lines, from: number, step: 1 | -1): number[] {
  const found: number[] = [];
  for (
    let line = from;
    line >= 0 && line < lines.count && found.length < 2 && Math.abs(line - from) < 6;
    line += step
  )
    if (!lines.isBlank(line)) found.push(line);
  return found;
}

/** Lines at which a page begins: form feeds, and the places a reader marked. */
function pageStarts(lines: Lines, blocks: readonly Block[]): number[] {
  const found: number[] = [];
  for (let at = lines.text.indexOf("\f"); at !== -1; at = lines.text.indexOf("\f", at + 1))
    found.push(lines.lineAt(at));
  for (const block of blocks)
    if (block.type === "division" && block.name === "page" && block.span[0] > 0)
      found.push(lines.lineAt(block.span[0]));
  return [...new Set(found)];
}

function repeatedAtPages(lines: Lines, starts: readonly number[]): Set<number> {
  const byText = new Map<string, number[]>();
  for (const start of starts)
    for (const line of [...nearestInked(lines, start, 1), ...nearestInked(lines, start - 1, -1)]) {
      const text = unnumbered(lines.trimmed(line).slice(0, 120));
      gather(byText, text, line);
    }
  const repeated = [...byText.values()].filter((found) => found.length >= 2);
  return new Set(repeated.flat());
}

function mayBePageNumber(lines: Lines, line: number): boolean {
  const length = lines.end(line) - lines.ink(line);
  return length > 0 && length <= 28;
}

/** Heads beside page numbers where no form feed marks the page: the same line again beside each number. */
function repeatedAtNumbers(lines: Lines, numbers: readonly number[]): Set<number> {
  const byText = new Map<string, number[]>();
  for (const number of numbers)
    for (const line of [number - 1, number + 1]) {
      if (line < 0 || line >= lines.count || lines.isBlank(line)) continue;
      const text = unnumbered(lines.trimmed(line).slice(0, 120));
      gather(byText, text, line);
    }
  return new Set([...byText.values()].filter((found) => found.length >= 2).flat());
}

/** Lines at the beginning of a page beside its number: its head, though it may come only once. */
function besideNumbers(
  lines: Lines,
  starts: readonly number[],
  numbers: ReadonlySet<number>,
): number[] {
  return starts.flatMap((start) => {
    const found = nearestInked(lines, start, 1);
    const together = found.length === 2 && (found[1] ?? 0) - (found[0] ?? 0) === 1;
    return together && found.some((line) => numbers.has(line)) ? found : [];
  });
}

export function furniture(lines: Lines, blocks: readonly Block[]): ReadonlySet<number> {
  const starts = pageStarts(lines, blocks);
  const near = new Set(
    starts.flatMap((start) => [
      ...nearestInked(lines, start, 1),
      ...nearestInked(lines, start - 1, -1),
    ]),
  );
  const found = new Set<number>();
  const numbers: number[] = [];
  for (let line = 0; line < lines.count; line += 1) {
    if (!mayBePageNumber(lines, line) || !isPageNumber(lines.trimmed(line), near.has(line)))
      continue;
    found.add(line);
    numbers.push(line);
  }
  for (const line of besideNumbers(lines, starts, new Set(numbers))) found.add(line);
  for (const line of repeatedAtPages(lines, starts)) found.add(line);
  for (const line of repeatedAtNumbers(lines, numbers)) found.add(line);
  return found;
}
