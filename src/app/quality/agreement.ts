// How far the judge agrees with a person who rated some of the rows: scores on one scale, decisions at the bar, and what
// the judge's scores would be on the person's scale.
import {
  type AgreementInterval,
  calibrate,
  type Calibration,
  kappaWithInterval,
  type RatedPair,
  scoreFor,
} from "../../eval/judge/index.ts";
import { highest, lowest } from "../../synth/quality/settings.ts";
import { type Ratings, readRatings } from "../evaluate/judging/ratings.ts";

/** A row as a person may have rated it. */
export interface ScoredRow {
  id: string;
  /** The judge's, of the row as it was; undefined where checks had settled it, or the judge could not. */
  overall: number | undefined;
  criteria: Readonly<Record<string, number>>;
  /** Whether it was good enough as it was. */
  wasGood: boolean;
}

export interface QualityAgreement {
  /** Ratings of rows that are scored. */
  count: number;
  /** Whole points from 0 to 10: near ones count in part, then only equal ones. */
  quadratic: AgreementInterval;
  plain: AgreementInterval;
  /** Good enough or not, checks included. */
  decisions: AgreementInterval;
  /** The judge's mean less the person's, in points. */
  meanDifference: number | null;
  criteria: Record<string, AgreementInterval>;
  calibration: Calibration;
  /** The bar to ask for so that it means what the person's bar means; null where none does. */
  barForYours: number | null;
}

const labels = Array.from({ length: highest - lowest + 1 }, (_, at) => lowest + at);

/** Halves count as the point above. */
const halves = new Map(
  labels.slice(1).map((label): [string, number] => [String(label - 0.5), label]),
);

/** The field of the overall rating. */
export const RATING = "rating";

/** Throws DataError FT-EVAL-020. */
export async function readRowRatings(
  file: string,
  rows: readonly { id: string }[],
  criteria: readonly string[],
): Promise<Ratings<number>> {
  const fields = [RATING, ...criteria].map((name) => ({ name, labels, words: halves }));
  return await readRatings(file, rows, fields);
}

export function agreementOf(
  ratings: Ratings<number>,
  rows: readonly ScoredRow[],
  { minQualityScore, seed }: { minQualityScore: number; seed: number },
): QualityAgreement {
  const rated = [...(ratings.get(RATING) ?? [])];
  const pairs = rated.flatMap(([at, own]): RatedPair[] => {
    const overall = rows[at]?.overall;
    return overall === undefined ? [] : [[overall, own]];
  });
  const whole = pairs.map(([judge, own]) => [Math.round(judge), own] as const);
  const decided = rated.flatMap(([at, own]) => {
    const row = rows[at];
    return row === undefined ? [] : [[row.wasGood, own >= minQualityScore] as const];
  });
  const criteria = [...ratings].flatMap(([name, own]): [string, AgreementInterval][] => {
    const both = [...own].flatMap(([at, score]) => {
      const judged = rows[at]?.criteria[name];
      return judged === undefined ? [] : [[Math.round(judged), score] as const];
    });
    const isRated = name !== RATING && both.length > 0;
    return isRated ? [[name, kappaWithInterval(both, labels, "quadratic", seed)]] : [];
  });
  const calibration = calibrate(pairs);
  const difference = pairs.reduce((sum, [judge, own]) => sum + judge - own, 0) / pairs.length;
  return {
    count: pairs.length,
    quadratic: kappaWithInterval(whole, labels, "quadratic", seed),
    plain: kappaWithInterval(whole, labels, "none", seed),
    decisions: kappaWithInterval(decided, [false, true], "none", seed),
    meanDifference: pairs.length === 0 ? null : difference,
    criteria: Object.fromEntries(criteria),
    calibration,
    barForYours: calibration.method === "none" ? null : scoreFor(calibration, minQualityScore),
  };
}
