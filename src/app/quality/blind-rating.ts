// Rows of a quality job for a person to rate without the judge's scores, and how far both agree. Ratings are kept with the
// job's rows.
import type { Job, Store } from "../../store/index.ts";
import { listMarks, markRow } from "../../store/platform/index.ts";
import type { RowPart } from "../../synth/quality/looked-row.ts";
import { agreementOf, type QualityAgreement, RATING } from "./agreement.ts";
import { judgedUnits, liveOutcomes, partsOf } from "./live-outcomes.ts";
import { QualityParameters } from "./parameters.ts";
import { ratingOrder } from "./rating.ts";

export interface BlindRow {
  unitId: number;
  id: string;
  parts: RowPart[];
  rating: number | null;
}

export interface BlindRating {
  /** In the order in which they are to be rated, those that are rated included. */
  rows: BlindRow[];
  rated: number;
  /** Null while nothing is rated. */
  agreement: QualityAgreement | null;
}

/** `count` rows drawn over the judge's scores; what was rated before is among them. */
export async function blindRating(store: Store, job: Job, count: number): Promise<BlindRating> {
  const { settings } = QualityParameters.parse(job.parameters);
  const live = await liveOutcomes(store, job.id);
  const ratings = new Map(
    (await listMarks(store, job.id)).flatMap(({ unitId, rating }) =>
      rating === null ? [] : [[unitId, rating] as const],
    ),
  );
  const order = ratingOrder(
    live.rows.map(({ score }) => score),
    settings.seed,
  ).flatMap((at) => live.rows[at]?.unitId ?? []);
  const rated = order.filter((id) => ratings.has(id));
  const left = order.filter((id) => !ratings.has(id));
  const wanted = [...rated, ...left].slice(0, Math.max(count, rated.length));
  const units = new Map(
    (await judgedUnits(store, job.id, wanted)).map((unit) => [unit.unitId, unit] as const),
  );
  const rows = wanted.flatMap((unitId): BlindRow[] => {
    const unit = units.get(unitId);
    if (unit === undefined) return [];
    const { id, text } = unit.row;
    return [{ unitId, id, parts: partsOf(text), rating: ratings.get(unitId) ?? null }];
  });
  const own = new Map(
    live.rows.flatMap(({ unitId }, at) => {
      const rating = ratings.get(unitId);
      return rating === undefined ? [] : [[at, rating] as const];
    }),
  );
  const agreement =
    own.size === 0 ? null : agreementOf(new Map([[RATING, own]]), live.tally.rows, settings);
  return { rows, rated: rated.length, agreement };
}

export async function rateRow(
  store: Store,
  jobId: string,
  unitId: number,
  rating: number | null,
): Promise<void> {
  await markRow(store, { jobId, unitId }, { rating });
}
