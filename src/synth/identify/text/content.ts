// What a stretch of lines says, as slices: without furniture of pages, marks of quoting, and the indent all its lines
// share. Slices are places of the source; joined by a line break they are the message, letter by letter.
import type { Span } from "../../sources/types.ts";
import { isBlankCode } from "./characters.ts";
import { least } from "./extremes.ts";
import type { Stretch } from "./stretch.ts";

/** From a place in one line to the end of the lines before `last`. */
export interface Passage {
  readonly from: number;
  /** Line, exclusive. */
  readonly last: number;
  /** Place at which it ends within its last line, where it does not reach the line's end. */
  readonly until?: number;
}

interface Piece {
  line: number;
  start: number;
  end: number;
}

/** Place behind the marks of quoting at the beginning of a line. */
export function unquoted(stretch: Stretch, line: number, depth: number): number {
  const { lines, text } = stretch;
  let at = lines.ink(line);
  for (let level = 0; level < depth && text.charCodeAt(at) === 0x3e; level += 1) {
    at += 1;
    while (at < lines.end(line) && isBlankCode(text.charCodeAt(at))) at += 1;
  }
  return at;
}

function pieces(stretch: Stretch, passage: Passage, depth: number): Piece[] {
  const { lines } = stretch;
  const first = lines.lineAt(passage.from);
  const found: Piece[] = [];
  for (let line = first; line < passage.last; line += 1) {
    if (stretch.isFurniture(line) && line > first) continue;
    const end =
      line === passage.last - 1
        ? Math.min(lines.end(line), passage.until ?? Infinity)
        : lines.end(line);
    const start =
      line === first
        ? passage.from
        : depth > 0
          ? unquoted(stretch, line, depth)
          : lines.start(line);
    found.push({ line, start: Math.min(start, end), end });
  }
  return found;
}

function isEmpty(stretch: Stretch, { line, start, end }: Piece): boolean {
  return start >= end || (start <= stretch.lines.ink(line) && stretch.lines.ink(line) >= end);
}

function withoutBlankEnds(stretch: Stretch, found: Piece[]): Piece[] {
  let first = 0;
  let last = found.length;
  while (first < last && isEmpty(stretch, found[first] as Piece)) first += 1;
  while (last > first && isEmpty(stretch, found[last - 1] as Piece)) last -= 1;
  return found.slice(first, last);
}

/** The indent that every line behind the first has. */
function sharedIndent(stretch: Stretch, found: readonly Piece[], all: boolean): number {
  const counted = (all ? found : found.slice(1)).filter((piece) => !isEmpty(stretch, piece));
  const indents = counted.map(({ line, start }) => Math.max(0, stretch.lines.ink(line) - start));
  return indents.length === 0 ? 0 : least(indents);
}

function trimmedEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isBlankCode(text.charCodeAt(at - 1))) at -= 1;
  return at;
}

/** A slice a line, blank lines being part of the slice before them. */
function sliced(
  stretch: Stretch,
  found: readonly Piece[],
  indent: number,
  startsLine: boolean,
): Span[] {
  const spans: [number, number][] = [];
  for (const [index, piece] of found.entries()) {
    const last = spans.at(-1);
    if (isEmpty(stretch, piece)) {
      if (last !== undefined) last[1] = stretch.lines.start(piece.line);
      continue;
    }
    const start = index === 0 && !startsLine ? piece.start : piece.start + indent;
    spans.push([start, trimmedEnd(stretch.text, start, piece.end)]);
  }
  return spans;
}

/** Slices that follow one another with nothing between them but one line break are one slice. */
function joined(text: string, spans: readonly Span[]): Span[] {
  const out: [number, number][] = [];
  for (const [start, end] of spans) {
    const last = out.at(-1);
    if (last !== undefined && text.slice(last[1], start) === "\n") last[1] = end;
    else out.push([start, end]);
  }
  return out;
}

/** A run of lines without furniture between them. */
function runs(found: readonly Piece[]): Piece[][] {
  const out: Piece[][] = [];
  for (const piece of found) {
    const run = out.at(-1);
    if (run !== undefined && run.at(-1)?.line === piece.line - 1) run.push(piece);
    else out.push([piece]);
  }
  return out;
}

/** The slices of a passage; none where it says nothing. */
export function spansOf(stretch: Stretch, passage: Passage, depth = 0): Span[] {
  const found = withoutBlankEnds(stretch, pieces(stretch, passage, depth));
  const first = found[0];
  if (first === undefined) return [];
  const startsLine = first.start <= stretch.lines.ink(first.line);
  const indent = sharedIndent(stretch, found, startsLine);
  if (indent > 0 || depth > 0)
    return joined(stretch.text, sliced(stretch, found, indent, startsLine));
  return runs(found).flatMap((run) => {
    const inked = withoutBlankEnds(stretch, run);
    const [begin, end] = [inked[0], inked.at(-1)];
    if (begin === undefined || end === undefined) return [];
    const start = Math.max(begin.start, stretch.lines.ink(begin.line));
    return [[start, trimmedEnd(stretch.text, start, end.end)] as const];
  });
}

export function textOf(stretch: Stretch, spans: readonly Span[]): string {
  return spans.map(([start, end]) => stretch.text.slice(start, end)).join("\n");
}
