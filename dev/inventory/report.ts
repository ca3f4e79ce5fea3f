// What a run of the inventory prints: a table by system, how the rows that ran came out, and the rows that failed with
// the last lines of what they printed. Or all of it as one JSON document.
import { type Counts, countsBySystem, countsOf } from "./counts.ts";
import type { Outcome } from "./outcome.ts";
import { type Row, shows, systems } from "./rows.ts";

type Outcomes = ReadonlyMap<Row, Outcome>;

const cells = (name: string, { works, refused, notYet }: Counts): string[] => [
  name,
  ...[works, refused, notYet, works + refused + notYet].map(String),
];

function table(lines: readonly (readonly string[])[]): string {
  const width = Math.max(...lines.map(([name = ""]) => name.length));
  return lines
    .map(
      ([name = "", ...rest]) => name.padEnd(width) + rest.map((cell) => cell.padStart(9)).join(""),
    )
    .join("\n");
}

function failures(outcomes: Outcomes): string[] {
  return [...outcomes]
    .filter(([, { passed }]) => !passed)
    .map(([{ number, what }, { output }]) => `\nrow ${number} FAILED: ${what}\n${output}`);
}

function ranLine(rows: readonly Row[], outcomes: Outcomes): string {
  const passed = [...outcomes.values()].filter((outcome) => outcome.passed).length;
  const waiting = rows.filter((row) => row.slow && !outcomes.has(row)).length;
  const wait = waiting === 0 ? "" : `; ${waiting} slow ones wait for ALL=1`;
  const works = rows.filter(shows).length;
  return `${outcomes.size} of the ${works} rows that work were run: ${passed} passed, ${outcomes.size - passed} failed${wait}`;
}

export function reportText(rows: readonly Row[], outcomes: Outcomes): string {
  const counts = countsBySystem(rows).map(([name, found]) => cells(systems[name], found));
  const heading = ["", "works", "refused", "not yet", "rows"];
  return [
    table([heading, ...counts, cells("all", countsOf(rows))]),
    "",
    ranLine(rows, outcomes),
    ...failures(outcomes),
  ].join("\n");
}

function statusOf({ evidence }: Row): string {
  return evidence.kind === "test" || evidence.kind === "command" ? "works" : evidence.kind;
}

export function reportJson(rows: readonly Row[], outcomes: Outcomes): string {
  const document = {
    counts: { all: countsOf(rows), ...Object.fromEntries(countsBySystem(rows)) },
    rows: rows.map((row) => {
      const { number, system, what, slow, evidence } = row;
      const outcome = outcomes.get(row);
      const ran = outcome === undefined ? "not-run" : outcome.passed ? "passed" : "failed";
      const status = statusOf(row);
      return { number, system, what, status, slow, ...evidence, ran, ...outcome };
    }),
  };
  return JSON.stringify(document, undefined, 2);
}
