// What one line of Markdown may be, as CommonMark and GitHub's tables have it: fences, headings, list markers, rows.
// Each looks at a line once, from its left. Knows nothing of the lines around.

/** Columns of space at `at`, a tab reaching to the next multiple of four. */
export function indentAt(line: string, at: number): { columns: number; next: number } {
  let [columns, next] = [0, at];
  for (; next < line.length; next++) {
    if (line[next] === " ") columns++;
    else if (line[next] === "\t") columns += 4 - (columns % 4);
    else break;
  }
  return { columns, next };
}

/** Past at most so many columns of space. */
export function pastColumns(line: string, at: number, columns: number): number {
  let [taken, next] = [0, at];
  while (taken < columns && next < line.length) {
    if (line[next] === " ") taken++;
    else if (line[next] === "\t") taken += 4 - (taken % 4);
    else break;
    next++;
  }
  return next;
}

export const isBlank = (line: string, at: number): boolean =>
  indentAt(line, at).next === line.length;

/** How often the character at `at` stands there in a row. */
function runAt(line: string, at: number): number {
  let end = at;
  while (end < line.length && line[end] === line[at]) end++;
  return end - at;
}

/** Behind the last character that is no space. */
export function trimmedEnd(line: string, from: number): number {
  let end = line.length;
  while (end > from && (line[end - 1] === " " || line[end - 1] === "\t")) end--;
  return end;
}

export interface Fence {
  readonly mark: string;
  readonly length: number;
}

export function fenceAt(line: string, at: number): Fence | undefined {
  const mark = line[at] ?? "";
  if (mark !== "`" && mark !== "~") return undefined;
  const length = runAt(line, at);
  if (length < 3 || (mark === "`" && line.includes("`", at + length))) return undefined;
  return { mark, length };
}

export function closesFence(line: string, at: number, { mark, length }: Fence): boolean {
  const { columns, next } = indentAt(line, at);
  if (columns > 3 || line[next] !== mark) return false;
  const run = runAt(line, next);
  return run >= length && isBlank(line, next + run);
}

export interface HeadingLine {
  readonly level: number;
  readonly start: number;
  readonly end: number;
}

export function headingAt(line: string, at: number): HeadingLine | undefined {
  if (line[at] !== "#") return undefined;
  const level = runAt(line, at);
  const after = line[at + level];
  if (level > 6 || (after !== undefined && after !== " " && after !== "\t")) return undefined;
  const start = indentAt(line, at + level).next;
  const end = trimmedEnd(line, start);
  let closing = end;
  while (closing > start && line[closing - 1] === "#") closing--;
  const isClosing = closing === start || line[closing - 1] === " " || line[closing - 1] === "\t";
  return { level, start, end: isClosing ? trimmedEnd(line.slice(0, closing), start) : end };
}

/** `---`, `* * *`, `___` */
export function isThematicBreak(line: string, at: number): boolean {
  const mark = line[at] ?? "";
  if (mark !== "-" && mark !== "*" && mark !== "_") return false;
  let count = 0;
  for (let next = at; next < line.length; next++) {
    if (line[next] === mark) count++;
    else if (line[next] !== " " && line[next] !== "\t") return false;
  }
  return count >= 3;
}

/** 1 for a line of `=`, 2 for one of `-`: it makes a heading of the paragraph above. */
export function underlineAt(line: string, at: number): number | undefined {
  const mark = line[at] ?? "";
  if (mark !== "=" && mark !== "-") return undefined;
  if (!isBlank(line, at + runAt(line, at))) return undefined;
  return mark === "=" ? 1 : 2;
}

export interface Marker {
  /** `-`, `+`, `*`, `.` or `)`: another begins another list. */
  readonly sign: string;
  readonly ordered: boolean;
  readonly number: number;
  /** Behind the marker. */
  readonly end: number;
}

export function markerAt(line: string, at: number): Marker | undefined {
  const first = line[at] ?? "";
  const isBullet = first === "-" || first === "+" || first === "*";
  let end = at;
  while (!isBullet && end - at < 9 && /[0-9]/.test(line[end] ?? "")) end++;
  const sign = line[end] ?? "";
  if (!isBullet && (end === at || (sign !== "." && sign !== ")"))) return undefined;
  const after = line[end + 1];
  if (after !== undefined && after !== " " && after !== "\t") return undefined;
  const number = isBullet ? 1 : Number(line.slice(at, end));
  return { sign, ordered: !isBullet, number, end: end + 1 };
}

/** Cells of a table's row, without space around them; a bar behind a backslash is text. */
export function cellsOf(line: string, at: number): [number, number][] {
  const end = trimmedEnd(line, at);
  const cells: [number, number][] = [];
  let start = line[at] === "|" ? at + 1 : at;
  for (let next = start; next <= end; next++) {
    if (line[next] === "\\" && next < end) {
      next++;
      continue;
    }
    if (next < end && line[next] !== "|") continue;
    if (next === end && start === end && cells.length > 0) break;
    const from = Math.min(indentAt(line, start).next, next);
    cells.push([from, trimmedEnd(line.slice(0, next), from)]);
    start = next + 1;
  }
  return cells;
}

/** How many columns a line of dashes between bars says a table has; 0 when it is none. */
export function columnsAt(line: string, at: number): number {
  const end = trimmedEnd(line, at);
  let hasBar = false;
  for (let next = at; next < end; next++) {
    if (!"|:- \t".includes(line[next] ?? "")) return 0;
    hasBar ||= line[next] === "|";
  }
  const cells = cellsOf(line, at);
  const isRule = ([from, to]: [number, number]): boolean => {
    const open = line[from] === ":" ? from + 1 : from;
    const close = to > open && line[to - 1] === ":" ? to - 1 : to;
    return close > open && runAt(line.slice(0, close), open) === close - open && line[open] === "-";
  };
  return (hasBar || line.includes(":", at)) && cells.every(isRule) ? cells.length : 0;
}

const blockTags = new Set(
  "address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead title tr track ul".split(
    " ",
  ),
);

/** HTML that begins at a line: what ends it, an empty text standing for a blank line. */
export function htmlAt(
  line: string,
  at: number,
): { until: string; interrupts: boolean } | undefined {
  if (line[at] !== "<") return undefined;
  const rest = line.slice(at + 1, at + 40).toLowerCase();
  const raw = /^(script|pre|style|textarea)(?:[ \t>]|$)/.exec(rest)?.[1];
  if (raw !== undefined) return { until: `</${raw}>`, interrupts: true };
  if (rest.startsWith("!--")) return { until: "-->", interrupts: true };
  if (rest.startsWith("?")) return { until: "?>", interrupts: true };
  if (rest.startsWith("![cdata[")) return { until: "]]>", interrupts: true };
  if (/^![a-z]/.test(rest)) return { until: ">", interrupts: true };
  const tag = /^\/?([a-z][a-z0-9-]{0,20})(?:[ \t>]|\/>|$)/.exec(rest)?.[1];
  if (tag === undefined) return undefined;
  if (blockTags.has(tag)) return { until: "", interrupts: true };
  const end = trimmedEnd(line, at);
  return line.indexOf(">", at) === end - 1 ? { until: "", interrupts: false } : undefined;
}
