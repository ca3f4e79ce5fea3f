// ft runs compare: two runs beside each other, in settings, losses and results.
import { z } from "zod";
import { type ComparedPoint, compareRuns, type Comparison, showRun } from "../../runs/index.ts";
import { defineCommand } from "../define-command.ts";
import { table } from "../render/table.ts";

function valueText(value: unknown): string {
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return value === null ? "-" : typeof value === "string" ? value : JSON.stringify(value);
}

interface Row {
  name: string | number;
  a: unknown;
  b: unknown;
}

function beside(title: string, rows: readonly Row[], none: string): string {
  if (rows.length === 0) return `${title}: ${none}`;
  const columns = [
    { title, value: ({ name }: Row) => name },
    { title: "A", value: ({ a }: Row) => valueText(a) },
    { title: "B", value: ({ b }: Row) => valueText(b) },
  ];
  return table(rows, columns);
}

const mostSteps = 12;

/** Some of the steps, the first and the last among them. */
function someOf(points: readonly ComparedPoint[]): ComparedPoint[] {
  const every = Math.max(1, (points.length - 1) / (mostSteps - 1));
  const count = Math.min(points.length, mostSteps);
  return Array.from({ length: count }, (_, at) => points[Math.round(at * every)]).flatMap(
    (point) => point ?? [],
  );
}

function curveText(title: string, points: readonly ComparedPoint[] = []): string {
  const rows = someOf(points).map(({ step, a, b }) => ({ name: step, a, b }));
  return beside(title, rows, "none");
}

function comparisonText({ runs, settings, inputs, results, curves }: Comparison): string {
  const named = (all: Comparison["settings"]): Row[] =>
    all.map(({ key, a, b }) => ({ name: key, a, b }));
  return [
    `A: ${runs.a}\nB: ${runs.b}`,
    beside("SETTING", named(settings), "the same"),
    beside("INPUT", named(inputs), "the same"),
    beside("RESULT", named(results), "none"),
    curveText("TRAINING LOSS AT STEP", curves["trainLoss"]),
    curveText("VALIDATION LOSS AT STEP", curves["validationLoss"]),
  ].join("\n\n");
}

const about = "Id, the start of an id, or a run folder";

export const runsCompare = defineCommand({
  name: "runs compare",
  summary: "Show how two runs differ: settings, losses, results",
  arguments: { a: { about }, b: { about } },
  options: z.strictObject({}),
  examples: ["ft runs compare ./output ./other", "ft runs compare 20261121 ./output --json"],
  run: async ({ arguments: { a = "", b = "" } }, io) => {
    const comparison = compareRuns(showRun(a), showRun(b));
    io.show(comparison, () => comparisonText(comparison));
  },
});
