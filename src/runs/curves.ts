// The figures of a run over its steps, read from its events: losses, rate, speed, and whatever its objective measures.
// Only the numbers; drawing them is plot.ts, tables are metrics-table.ts.
import type { RunEvent } from "./events.ts";

export interface Point {
  step: number;
  value: number;
}

/** One figure over a run, in the order of its steps. */
export interface Curve {
  /** As in the events: `trainLoss`, `validationLoss`, `learningRate`; `train/NAME` and `validation/NAME` for the rest. */
  name: string;
  points: Point[];
}

/** Figures of a report, beside those of its objective. */
const REPORTED = [
  "trainLoss",
  "learningRate",
  "gradientNorm",
  "tokensPerSecond",
  "stepSeconds",
  "residentBytes",
] as const;

function ofObjective(under: string, metrics: Readonly<Record<string, number>> = {}) {
  return Object.entries(metrics).map(([name, value]) => [`${under}/${name}`, value] as const);
}

/** Names and values that an event gives; none for events without figures. */
export function figuresOf(event: RunEvent): (readonly [string, number | null | undefined])[] {
  if (event.type === "step-reported") {
    const own = REPORTED.map((name) => [name, event[name]] as const);
    return [...own, ...ofObjective("train", event.metrics)];
  }
  if (event.type !== "evaluation-finished") return [];
  const { validationLoss, metrics } = event;
  return [["validationLoss", validationLoss], ...ofObjective("validation", metrics)];
}

/** Every figure that the events give, each told once a step. */
export function curvesOf(events: readonly RunEvent[]): Curve[] {
  const curves = new Map<string, Point[]>();
  for (const event of events) {
    if (!("step" in event)) continue;
    for (const [name, value] of figuresOf(event)) {
      if (value === null || value === undefined || !Number.isFinite(value)) continue;
      const points = curves.get(name) ?? [];
      curves.set(name, points);
      points.push({ step: event.step, value });
    }
  }
  return [...curves].map(([name, points]) => ({ name, points }));
}

/** The points of one figure; none where the run does not give it. */
export function pointsOf(curves: readonly Curve[], name: string): readonly Point[] {
  return curves.find((curve) => curve.name === name)?.points ?? [];
}

/** As CSV with a line for each step that has figures: names in the first line, nothing where there is no value. */
export function curvesCsv(curves: readonly Curve[]): string {
  const rows = new Map<number, Map<string, number>>();
  for (const { name, points } of curves) {
    for (const { step, value } of points) {
      const row = rows.get(step) ?? new Map<string, number>();
      rows.set(step, row.set(name, value));
    }
  }
  const names = curves.map(({ name }) => name);
  const lines = [...rows]
    .sort(([a], [b]) => a - b)
    .map(([step, row]) => [step, ...names.map((name) => row.get(name) ?? "")].join(","));
  return [["step", ...names.map(csvCell)].join(","), ...lines, ""].join("\n");
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
