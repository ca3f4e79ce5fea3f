// Cells and lines of CSV as RFC 4180 has them, safe to open: what a spreadsheet would compute is marked as text.

/**
 * A spreadsheet computes a cell that begins so, some with signs of full width, or after blanks and signs that are not
 * seen; one more apostrophe before it makes it text there.
 */
const computed = /^'*[\s\p{Cf}\0]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20\t\r\n]/u;

const quoted = /[",\r\n]/;

/** A cell without the apostrophe that `csvCell` put there. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && computed.test(cell.slice(1)) ? cell.slice(1) : cell;

/** The text of a cell before it is made safe and quoted. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A text, a number, or the JSON text of anything else; nothing is an empty cell. */
export function csvCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = computed.test(text) ? `'${text}` : text;
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One record without its end, which is a carriage return and a line feed. */
export const csvRecord = (cells: readonly unknown[]): string => cells.map(csvCell).join(",");
