// What judging a set came to, counted row by row: sums, means, what checks found, and how the judge behaved.
import { type BothOrders, pairwiseResult, type PairwiseResult } from "../../eval/judge/index.ts";
import type { RowScores } from "../../synth/quality/scores.ts";
import type { ScoredRow } from "./agreement.ts";
import type { RowOutcome } from "./judge-row.ts";
import type { JudgedRow } from "./outcomes.ts";

/** How the judge behaved: what is to be known of it before its scores are believed. */
export interface JudgeFacts {
  /** Rows that it scored, as they were. */
  scored: number;
  /** Rows that it could not score: its answers had no such form, or quoted what is not there. */
  unjudged: number;
  /** Different overall scores that it gave. */
  distinct: number;
  /** Standard deviation of them, in points; null of nothing. */
  spread: number | null;
  /** Share of its quotes that stand in the row. */
  quoted: number | null;
  /** Originals against their rewritings: how often the place decided. */
  comparisons: PairwiseResult | null;
}

export interface QualityTally {
  processed: number;
  kept: number;
  fixed: number;
  removed: number;
  /** Of the kept ones: below the bar all the same. */
  below: number;
  /** Rows in which checks found something, so that no model was asked for their first score. */
  foundByChecks: number;
  byCheck: Record<string, number>;
  /** Why rewritings did not count, by reason. */
  refusedRewritings: number;
  /** Mean overall score of the rows that were scored; of those that stay, as they are then. */
  averageBefore: number | null;
  averageAfter: number | null;
  criteria: Record<string, { before: number | null; after: number | null }>;
  judge: JudgeFacts;
}

class Mean {
  #sum = 0;
  #squares = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#squares += value * value;
    this.#count++;
  }

  get value(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  get deviation(): number | null {
    const { value } = this;
    if (value === null) return null;
    return Math.sqrt(Math.max(0, this.#squares / this.#count - value * value));
  }
}

class Scores {
  readonly overall = new Mean();
  readonly criteria = new Map<string, Mean>();

  add({ overall, criteria }: RowScores): void {
    this.overall.add(overall);
    for (const [name, { score }] of Object.entries(criteria)) {
      const mean = this.criteria.get(name) ?? new Mean();
      mean.add(score);
      this.criteria.set(name, mean);
    }
  }
}

/** The scores that a row has when it stays. */
export const finalScores = ({ decision, scores, rewriting }: RowOutcome): RowScores | undefined =>
  decision === "fixed" ? rewriting?.scores : scores;

export class Tally {
  /** Rows as a person may have rated them. */
  readonly rows: ScoredRow[] = [];
  readonly #counts = { kept: 0, fixed: 0, removed: 0 };
  #below = 0;
  #found = 0;
  #refused = 0;
  #unjudged = 0;
  readonly #byCheck: Record<string, number> = {};
  readonly #before = new Scores();
  readonly #after = new Scores();
  readonly #distinct = new Set<number>();
  readonly #quotes = new Mean();
  readonly #pairs: BothOrders[] = [];

  add({ row, outcome }: JudgedRow): void {
    const { decision, isBelow, findings, scores, rewriting } = outcome;
    this.#counts[decision]++;
    if (isBelow) this.#below++;
    if (findings.length > 0) this.#found++;
    else if (scores === undefined) this.#unjudged++;
    for (const check of new Set(findings.map((one) => one.check)))
      this.#byCheck[check] = (this.#byCheck[check] ?? 0) + 1;
    if (rewriting?.refused !== undefined) this.#refused++;
    this.#addScores(outcome);
    if (rewriting?.opinions !== undefined) {
      const [straight, swapped] = rewriting.opinions;
      this.#pairs.push([straight ?? undefined, swapped ?? undefined]);
    }
    const criteria = Object.entries(scores?.criteria ?? {}).map(([name, one]) => [name, one.score]);
    this.rows.push({
      id: row.id,
      overall: scores?.overall,
      criteria: Object.fromEntries(criteria) as Record<string, number>,
      wasGood: decision === "kept" && !isBelow,
    });
  }

  get result(): QualityTally {
    const { kept, fixed, removed } = this.#counts;
    const names = [...new Set([...this.#before.criteria.keys(), ...this.#after.criteria.keys()])];
    const criteria = names.map((name) => {
      const of = (scores: Scores): number | null => scores.criteria.get(name)?.value ?? null;
      return [name, { before: of(this.#before), after: of(this.#after) }] as const;
    });
    return {
      processed: kept + fixed + removed,
      ...{ kept, fixed, removed, below: this.#below },
      ...{ foundByChecks: this.#found, byCheck: this.#byCheck, refusedRewritings: this.#refused },
      averageBefore: this.#before.overall.value,
      averageAfter: this.#after.overall.value,
      criteria: Object.fromEntries(criteria),
      judge: this.#judge,
    };
  }

  get #judge(): JudgeFacts {
    const scored = this.rows.filter(({ overall }) => overall !== undefined).length;
    return {
      ...{ scored, unjudged: this.#unjudged, distinct: this.#distinct.size },
      spread: this.#before.overall.deviation,
      quoted: this.#quotes.value,
      comparisons: this.#pairs.length === 0 ? null : pairwiseResult(this.#pairs, 0),
    };
  }

  #addScores(outcome: RowOutcome): void {
    const { scores, decision } = outcome;
    if (scores !== undefined) {
      this.#before.add(scores);
      this.#distinct.add(scores.overall);
      for (const { isQuoted } of Object.values(scores.criteria)) this.#quotes.add(isQuoted ? 1 : 0);
    }
    const after = finalScores(outcome);
    if (decision !== "removed" && after !== undefined) this.#after.add(after);
  }
}
