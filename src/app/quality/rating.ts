// Rows for a person to rate: drawn over the scores of a report, so that low ones and high ones are among them, without
// those that are rated already. Ratings are lines of a file, each written when it is given.
import { existsSync, readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { DataError } from "../../core/errors.ts";
import { makeFolders } from "../../core/folders.ts";
import type { Environment } from "../../core/paths.ts";
import { Random } from "../../core/random.ts";
import { lookAt, type RowPart } from "../../synth/quality/looked-row.ts";
import { rowsOf } from "../../synth/rows/row-blocks.ts";
import type { JsonObject } from "../../text/types.ts";
import { withRows } from "../data/row-input.ts";
import { RATING } from "./agreement.ts";

export interface RateRequest {
  /** JSON lines, or a dataset of the store. */
  file: string;
  /** Ratings that are in this session's end in the file, those of before included. */
  count: number;
  /** Where ratings go, and those of before are. */
  ratings: string;
  /** A report of judging: rows are drawn over its scores. */
  report?: string | undefined;
  seed: number;
}

export interface RowToRate {
  id: string;
  index: number;
  parts: readonly RowPart[];
  /** The row itself, where no form knows it. */
  text: string;
}

export interface RatingPlan {
  /** Left to rate, in the order in which they are shown. */
  rows: RowToRate[];
  /** Rated before. */
  rated: number;
}

const Reported = z.object({
  rows: z.array(z.object({ id: z.string(), score: z.number().nullable() })),
});

/** What the file holds: a line that a crash left unfinished is passed over. */
function ratedBefore(file: string): Set<number> {
  if (!existsSync(file)) return new Set();
  const lines = readFileSync(file, "utf8").split("\n");
  const indexes = lines.flatMap((line): number[] => {
    try {
      const { index } = JSON.parse(line) as { index?: unknown };
      return typeof index === "number" ? [index] : [];
    } catch {
      return [];
    }
  });
  return new Set(indexes);
}

function scoresIn(file: string, rows: number): (number | null)[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw badReport(file, `cannot be read: ${(cause as Error).message}`);
  }
  const parsed = Reported.safeParse(value);
  if (!parsed.success) throw badReport(file, "is not a report of ft data quality");
  if (parsed.data.rows.length !== rows)
    throw badReport(file, `covers ${parsed.data.rows.length} rows, and the file has ${rows}`);
  return parsed.data.rows.map(({ score }) => score);
}

function badReport(file: string, problem: string): DataError {
  return new DataError("FT-QUALITY-007", {
    at: { file },
    message: problem,
    hint: "ft data quality FILE --report R.json writes one; without --report rows are drawn from all",
  });
}

/** Bands of the scale that rows are drawn from in turn; rows without a score are a band of their own. */
const bandOf = (score: number | null | undefined): number =>
  score === null || score === undefined ? -1 : Math.min(4, Math.floor(score / 2));

/** Positions in an order of the seed's, one of each band after another, so that any beginning is spread over the scores. */
export function ratingOrder(scores: readonly (number | null)[], seed: number): number[] {
  const random = Random.fromSeed(seed).split("rating");
  const bands = new Map<number, { at: number; draw: number }[]>();
  for (const [at, score] of scores.entries()) {
    const band = bands.get(bandOf(score)) ?? [];
    band.push({ at, draw: random.next() });
    bands.set(bandOf(score), band);
  }
  const ordered = [...bands.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([, band]) => band.toSorted((a, b) => a.draw - b.draw));
  const longest = Math.max(0, ...ordered.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    ordered.flatMap((band) => band[turn]?.at ?? []),
  ).flat();
}

/** Throws DataError FT-QUALITY-007 for a report of other rows, and what reading rows throws. */
export async function planRating(
  environment: Environment,
  { file, count, ratings, report, seed }: RateRequest,
): Promise<RatingPlan> {
  return await withRows(environment, file, async (input) => {
    const all: RowToRate[] = [];
    for await (const block of input.blocks())
      for (const { id, value, text } of rowsOf(block, input.name)) {
        const { parts } = lookAt(value as JsonObject);
        all.push({ id, index: all.length, parts, text });
      }
    const scores = report === undefined ? all.map(() => null) : scoresIn(report, all.length);
    const before = ratedBefore(ratings);
    const left = ratingOrder(scores, seed).filter((at) => !before.has(at));
    const rows = left.slice(0, Math.max(0, count - before.size)).flatMap((at) => all[at] ?? []);
    return { rows, rated: before.size };
  });
}

/** Written before the next row is shown. */
export async function addRating(
  file: string,
  { id, index }: RowToRate,
  rating: number,
  note: string,
): Promise<void> {
  makeFolders(dirname(resolve(file)));
  // what a crash left without an end would swallow this line
  const isOpen = existsSync(file) && !/(^|\n)$/.test(readFileSync(file, "utf8"));
  const line = { index, id, [RATING]: rating, ...(note !== "" && { note }) };
  await appendFile(file, `${isOpen ? "\n" : ""}${JSON.stringify(line)}\n`);
}

/** "8", "7.5 too long": a rating from 0 to 10, and a note behind it. Undefined for anything else. */
export function ratingIn(line: string): { rating: number; note: string } | undefined {
  const [, said = "", note = ""] = /^\s*(\d+(?:\.[05])?)(?:\s+(.*))?\s*$/u.exec(line) ?? [];
  const rating = Number(said);
  return said === "" || rating > 10 ? undefined : { rating, note: note.trim() };
}
