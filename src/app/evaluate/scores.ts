// Scores of answers by the names of metrics. Where the answers come from, a model or a file, is the caller's.
import { UsageError } from "../../core/errors.ts";
import {
  type Answer,
  type Comparable,
  type Metric,
  metrics,
  passAt,
  passNamed,
  type ScoreInterval,
  scoreInterval,
  scoreOf,
  summed,
} from "../../eval/index.ts";

export interface Scores {
  scores: Record<string, number>;
  /** What decides each score beside the texts: "exact_match=stripped; bleu=nrefs:1|…". */
  signature: string;
}

/** @throws UsageError FT-EVAL-002 for a name that is no metric's. */
export function chosenMetrics(names: readonly string[]): [name: string, metric: Metric][] {
  return [...new Set(names)].map((name) => {
    const k = passNamed(name);
    return [name, k === undefined ? metrics.get(name) : passAt(k)];
  });
}

export function scored(chosen: readonly [string, Metric][], answers: readonly Answer[]): Scores {
  const signatures = chosen.map(([name, metric]) => `${name}=${metric.signature(answers)}`);
  return {
    scores: Object.fromEntries(chosen.map(([name, metric]) => [name, scoreOf(metric, answers)])),
    signature: signatures.join("; "),
  };
}

/** The 95 % interval of each score; of fewer than two answers there is none. */
export function intervalsOf<Row>(
  chosen: readonly (readonly [string, Comparable<Row>])[],
  rows: readonly Row[],
  seed: number,
): Record<string, ScoreInterval> {
  const all = chosen.flatMap(([name, metric]) => {
    const interval = scoreInterval(metric, rows, seed);
    return interval === null ? [] : [[name, interval] as const];
  });
  return Object.fromEntries(all);
}

/** Scores alone, of whatever kind of row. */
export function scoresBy<Row>(
  chosen: readonly (readonly [string, Comparable<Row>])[],
  rows: readonly Row[],
): Record<string, number> {
  const one = ({ score, statistics }: Comparable<Row>): number =>
    score(summed(rows.map((row) => statistics(row))));
  return Object.fromEntries(chosen.map(([name, metric]) => [name, one(metric)]));
}

export type GroupScores = Record<string, { samples: number; scores: Record<string, number> }>;

const groupOf = ({ fields }: Answer, by: string): string => {
  const value = fields?.[by] ?? "(none)";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** Scores of the answers to rows that have the same value in the field; undefined without one. */
export function groupScores(
  chosen: readonly [string, Metric][],
  answers: readonly Answer[],
  by: string | undefined,
): GroupScores | undefined {
  if (by === undefined) return undefined;
  const groups = new Map<string, Answer[]>();
  for (const answer of answers) {
    const group = groupOf(answer, by);
    const own = groups.get(group);
    if (own === undefined) groups.set(group, [answer]);
    else own.push(answer);
  }
  const all = [...groups].map(([group, own]) => {
    return [group, { samples: own.length, scores: scored(chosen, own).scores }] as const;
  });
  return Object.fromEntries(all);
}

/** Of one answer, for the file of results. */
export function scoresOfOne(
  chosen: readonly [string, Metric][],
  answer: Answer,
): Record<string, number> {
  return Object.fromEntries(chosen.map(([name, metric]) => [name, scoreOf(metric, [answer])]));
}

/** @throws UsageError FT-EVAL-003 for a metric that asks the model, where there is none. */
export function requireNoModel(chosen: readonly [string, Metric][]): void {
  const asking = chosen.filter(([, { looksAt }]) => looksAt === "loss").map(([name]) => name);
  if (asking.length === 0) return;
  throw new UsageError("FT-EVAL-003", {
    message: `${asking.join(", ")} needs the model itself, not its predictions`,
    hint: `ft evaluate MODEL --data FILE --metrics ${asking.join(",")}`,
  });
}
