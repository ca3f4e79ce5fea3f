// Which lines of a text are in fenced code blocks. A fence that nothing closes is none.
import type { Lines } from "./lines.ts";

function fenceMark(lines: Lines, line: number): string {
  const from = lines.ink(line);
  const character = lines.text.charAt(from);
  if (character !== "`" && character !== "~") return "";
  let end = from;
  while (end < lines.end(line) && lines.text.charAt(end) === character) end += 1;
  return end - from >= 3 ? lines.text.slice(from, end) : "";
}

function closes(mark: string, opened: string, lines: Lines, line: number): boolean {
  return mark.startsWith(opened) && lines.ink(line) + mark.length === lines.end(line);
}

/** Number of its block, from 1, by line; the fences themselves are in their block. */
export function fences(lines: Lines): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  let opened = "";
  let openedAt = 0;
  let blocks = 0;
  for (let line = 0; line < lines.count; line += 1) {
    const mark = fenceMark(lines, line);
    if (mark === "") continue;
    if (opened === "") {
      opened = mark;
      openedAt = line;
    } else if (closes(mark, opened, lines, line)) {
      blocks += 1;
      for (let inside = openedAt; inside <= line; inside += 1) found.set(inside, blocks);
      opened = "";
    }
  }
  return found;
}
