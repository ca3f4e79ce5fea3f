// How far what is said reaches: from a label to the next, and where no next one stops it, to what no longer belongs.
import { closes } from "../lexicon/closing-words.ts";
import { isColonCode, isDashCode, isLetterCode } from "./characters.ts";
import type { Passage } from "./content.ts";
import type { Stretch } from "./stretch.ts";

const dividers = new Set(
  (
    "conversation dialogue dialog chat session example transcript ticket case call thread sample interview part scene scenario " +
    "gespräch konversation dialog beispiel unterhaltung teil conversación conversacion diálogo dialogo ejemplo charla entrevista " +
    "dialogue exemple entretien discussion sohbet konuşma diyalog görüşme örnek bölüm 对话 会话 示例 例 对话录 案例 conversa exemplo conversazione esempio"
  ).split(" "),
);

/** Words that number conversations and examples, and name nobody. */
export function isDividerWord(stem: string): boolean {
  return dividers.has(stem);
}

/** `Conversation 2`, `Dialog #3:`, `=== Chat 4 ===`: a line that begins another conversation. */
export function isDivider(stretch: Stretch, line: number): boolean {
  const { lines } = stretch;
  if (lines.end(line) - lines.ink(line) > 40) return false;
  const words = lines
    .trimmed(line)
    .toLowerCase()
    .split(/[\s#=*_:：.\-–—[\]()]+/u)
    .filter((word) => word !== "");
  const [word = "", number = "", ...more] = words;
  if (more.length > 0) return false;
  if (number === "") return /^[\u4e00-\u9fff]{1,3}[0-9一二三四五六七八九十]{1,3}$/.test(word);
  return dividers.has(word) && /^(?:\d{1,4}|[ivx]{1,4}|[a-h]|one|two|three)$/.test(number);
}

export function isBreak(stretch: Stretch, line: number): boolean {
  return stretch.isRule(line) || isDivider(stretch, line);
}

function isListLine(stretch: Stretch, line: number): boolean {
  const { lines, text } = stretch;
  const from = lines.ink(line);
  const code = text.charCodeAt(from);
  if (code === 0x7c || code === 0x60 || code === 0x3e) return true;
  if (
    (code === 0x2a || code === 0x2b || isDashCode(code) || code === 0x2022) &&
    text.charCodeAt(from + 1) === 0x20
  )
    return true;
  return /^(?:\d{1,3}|[a-z])[.)]\s/.test(text.slice(from, from + 6));
}

function previousInked(stretch: Stretch, line: number): number {
  let at = line - 1;
  while (at >= 0 && stretch.lines.isBlank(at)) at -= 1;
  return at;
}

/** Whether a paragraph that begins at `line` goes on with what is above it: indented, a list, code, or announced by a colon. */
export function continues(stretch: Stretch, line: number): boolean {
  const { lines, text } = stretch;
  if (stretch.fence(line) > 0 || lines.indent(line) >= 2 || isListLine(stretch, line)) return true;
  const above = previousInked(stretch, line);
  return above >= 0 && isColonCode(text.charCodeAt(lines.end(above) - 1));
}

/** Paragraphs between two lines: runs of lines that are not blank, counting those that do not merely continue. */
export function paragraphCount(stretch: Stretch, first: number, last: number): number {
  let count = 0;
  let blank = true;
  for (let line = first; line < last; line += 1) {
    const empty = stretch.lines.isBlank(line) || stretch.isFurniture(line);
    if (!empty && blank && (count === 0 || !continues(stretch, line))) count += 1;
    blank = empty && !(stretch.isFurniture(line) && !blank);
  }
  return count;
}

export interface Stop {
  /** Headings of this level or a higher one (a smaller number) end what is said; 0 for none, 6 for any. */
  readonly headings: number;
  /** Paragraphs at most. */
  readonly paragraphs: number;
}

/** The line before which what begins on `first` ends, `limit` at the latest. */
export function endLine(stretch: Stretch, first: number, limit: number, stop: Stop): number {
  let count = 1;
  let blank = false;
  for (let line = first + 1; line < limit; line += 1) {
    if (stretch.isFurniture(line)) continue;
    if (stretch.lines.isBlank(line)) {
      blank = true;
      continue;
    }
    if (stretch.beginsTerm(line)) return line;
    if (stretch.fence(line) === 0) {
      if (isBreak(stretch, line)) return line;
      const level = stretch.heading(line);
      if (level > 0 && level <= stop.headings) return line;
    }
    const begins = blank && !continues(stretch, line);
    if (begins) count += 1;
    if (begins && stop.paragraphs < Infinity && closes(stretch.lines.trimmed(line))) return line;
    if (count > stop.paragraphs) return line;
    blank = false;
  }
  return limit;
}

/** Takes from the end of a passage headings, breaks and lines of nothing that stand before the next label. */
export function withoutTail(stretch: Stretch, first: number, limit: number): number {
  let last = limit;
  while (last > first + 1) {
    const line = last - 1;
    const { lines } = stretch;
    if (lines.isBlank(line) || stretch.isFurniture(line)) last -= 1;
    else if (stretch.fence(line) > 0) return last;
    else if (isBreak(stretch, line) || stretch.heading(line) > 0 || stretch.isUnderline(line))
      last -= 1;
    else return last;
  }
  return last;
}

/** A line of its own before the next conversation that is no sentence: its title. */
function isTitle(stretch: Stretch, line: number): boolean {
  const text = stretch.lines.trimmed(line).slice(0, 80);
  const first = text.charAt(0);
  if (text.length < 12 || text.length > 64 || !text.includes(" ")) return false;
  if (first !== first.toUpperCase() || first === first.toLowerCase()) return false;
  return isLetterCode(text.charCodeAt(text.length - 1)) && !continues(stretch, line);
}

/** Takes a title from the end of a passage of several paragraphs. */
export function withoutTitle(stretch: Stretch, first: number, last: number): number {
  const { lines } = stretch;
  const title = last - 1;
  if (title - 1 <= first || !lines.isBlank(title - 1) || !isTitle(stretch, title)) return last;
  return withoutTail(stretch, first, title);
}

export function passage(from: number, last: number, until?: number): Passage {
  return until === undefined ? { from, last } : { from, last, until };
}
