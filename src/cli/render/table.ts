// Columns for people: padded text, no borders, numbers to the right.
// Machines read --json.

export interface Column<Row> {
  title: string;
  value(row: Row): string | number | null;
}

/** Rows under their titles; "-" stands for nothing. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => column.value(row)));
  const texts = cells.map((line) => line.map((cell) => (cell === null ? "-" : String(cell))));
  const titles = columns.map((column) => column.title);
  const widths = titles.map((title, at) =>
    Math.max(title.length, ...texts.map((line) => line[at]?.length ?? 0)),
  );
  const isNumber = titles.map((_, at) => cells.some((line) => typeof line[at] === "number"));
  const aligned = (line: readonly string[]): string =>
    line
      .map((text, at) =>
        isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [titles, ...texts].map(aligned).join("\n");
}

/** Names and values, one a line, values in a column. */
export function pairs(entries: readonly (readonly [string, string])[], indent = "  "): string {
  const width = Math.max(0, ...entries.map(([name]) => name.length)) + 1;
  return entries.map(([name, value]) => `${indent}${`${name}:`.padEnd(width)} ${value}`).join("\n");
}
