// Two runs beside each other: the settings in which they differ, their losses step by step, what came of them.
import { type Curve, curvesOf, pointsOf } from "./curves.ts";
import { readEvents } from "./event-log.ts";
import type { RunDetails } from "./run-index.ts";

export interface Difference {
  key: string;
  a: unknown;
  b: unknown;
}

export interface ComparedPoint {
  step: number;
  a: number | null;
  b: number | null;
}

export interface Comparison {
  runs: { a: string; b: string };
  /** Settings that are not the same, by dotted key; the output folder always differs and is left out. */
  settings: Difference[];
  /** Versions, model and data that are not the same. */
  inputs: Difference[];
  results: Difference[];
  /** By figure; steps of either run. */
  curves: Record<string, ComparedPoint[]>;
}

export function flat(value: unknown, under = ""): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[under, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flat(inner, under === "" ? key : `${under}.${key}`),
  );
}

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

function differences(a: unknown, b: unknown, ignored: readonly string[] = []): Difference[] {
  const [first, second] = [new Map(flat(a ?? {})), new Map(flat(b ?? {}))];
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  return keys
    .filter((key) => key !== "" && !ignored.includes(key) && !same(first.get(key), second.get(key)))
    .map((key) => ({ key, a: first.get(key) ?? null, b: second.get(key) ?? null }));
}

/** What of a run is its result. */
export function resultsOf({
  status,
  step,
  trainLoss,
  validationLoss,
  lastEvent,
  best,
}: RunDetails) {
  const end = lastEvent?.type === "run-completed" ? lastEvent : undefined;
  return {
    ...{ status, steps: step, trainLoss, validationLoss, bestStep: best?.step ?? null },
    trainableParameters: end?.trainableParameters ?? null,
    seconds: end?.seconds ?? null,
    skippedSteps: end?.skippedSteps ?? null,
  };
}

function beside(a: readonly Curve[], b: readonly Curve[], name: string): ComparedPoint[] {
  const [first, second] = [a, b].map(
    (curves) => new Map(pointsOf(curves, name).map(({ step, value }) => [step, value])),
  ) as [Map<number, number>, Map<number, number>];
  const steps = [...new Set([...first.keys(), ...second.keys()])].sort((x, y) => x - y);
  return steps.map((step) => ({ step, a: first.get(step) ?? null, b: second.get(step) ?? null }));
}

/** `a` and `b` as `showRun` gives them. */
export function compareRuns(a: RunDetails, b: RunDetails): Comparison {
  const [first, second] = [a, b].map((run) => curvesOf(readEvents(run.outputDir))) as [
    Curve[],
    Curve[],
  ];
  const names = [...new Set([...first, ...second].map(({ name }) => name))];
  const inputs = ({ record }: RunDetails): unknown => {
    const { versions, model, dataset } = record;
    return { versions, model, dataset };
  };
  return {
    runs: { a: a.runId, b: b.runId },
    settings: differences(a.record.config, b.record.config, ["output_dir"]),
    inputs: differences(inputs(a), inputs(b)),
    results: Object.entries(resultsOf(a)).map(([key, value]) => {
      return { key, a: value, b: resultsOf(b)[key as keyof ReturnType<typeof resultsOf>] };
    }),
    curves: Object.fromEntries(names.map((name) => [name, beside(first, second, name)])),
  };
}
