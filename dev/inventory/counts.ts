// How many rows of the inventory work, are refused, and are not there yet, by system; and the table of it that
// docs/design/STATUS.md quotes.
import { type Row, shows, type System, systems } from "./rows.ts";

export interface Counts {
  works: number;
  refused: number;
  notYet: number;
}

export function countsOf(rows: readonly Row[]): Counts {
  const works = rows.filter(shows).length;
  const refused = rows.filter(({ evidence }) => evidence.kind === "refused").length;
  return { works, refused, notYet: rows.length - works - refused };
}

/** Counts of each system, in the order of the file. */
export function countsBySystem(rows: readonly Row[]): [System, Counts][] {
  const names = Object.keys(systems) as System[];
  return names.map((name) => [name, countsOf(rows.filter(({ system }) => system === name))]);
}

/** Rows of the counts as Markdown, to stand between the two marks. */
export function countsTable(rows: readonly Row[]): string {
  const line = (name: string, { works, refused, notYet }: Counts): string =>
    `| ${name} | ${works} | ${refused} | ${notYet} | ${works + refused + notYet} |`;
  return [
    "| what | works | refused | not yet | rows |",
    "|---|---|---|---|---|",
    ...countsBySystem(rows).map(([name, counts]) => line(systems[name], counts)),
    line("all", countsOf(rows)),
    "",
  ].join("\n");
}

const marks = /(<!-- counts of dev\/inventory\.yaml -->\n)(.*?)(<!-- end of counts -->)/s;

/** The page with the table in place of what stood between its marks. */
export function withCounts(page: string, rows: readonly Row[]): string {
  return page.replace(marks, (_, open: string, _old: string, close: string) => {
    return open + countsTable(rows) + close;
  });
}
