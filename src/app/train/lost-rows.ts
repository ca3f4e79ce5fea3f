// Rows of a run that are not learned whole: refused where the settings say so, listed by their place, and summed up in
// what it costs. Nothing that was to be learned goes without a word.
import { DataError } from "../../core/errors.ts";
import { isDocument, isTooLong, type LostRow, lostRows, tokenCount } from "../../data/index.ts";
import type { RunConfig } from "../config/schema.ts";
import type { PreparedData } from "./prepare-data.ts";

/** Every row that is not learned whole. */
export function lostRowsOf({ train, validation }: PreparedData, { data }: RunConfig): LostRow[] {
  return [
    ...lostRows(train, "train", data.max_length),
    ...lostRows(validation, "validation", data.max_length),
  ];
}

/** @throws DataError FT-DATA-032 for rows that are too long, where the settings refuse these. */
export function requireShortRows({ train, validation }: PreparedData, { data }: RunConfig): void {
  if (data.too_long !== "refuse") return;
  const all = [...train.samples, ...validation.samples].filter((sample) => !isDocument(sample));
  const long = all.filter((sample) => isTooLong(sample, data.max_length));
  const [first] = long;
  if (first === undefined) return;
  const longest = most(long.flatMap(({ sequences }) => sequences.map(({ ids }) => ids.length)));
  throw new DataError("FT-DATA-032", {
    at: { file: first.row.file, line: first.row.line },
    message: `${long.length} rows are longer than ${data.max_length} tokens, the longest has ${longest}`,
    problems: long
      .slice(0, listedRows)
      .map((sample) => `${sample.row.file}:${sample.row.line}: ${tokenCount(sample)} tokens`),
    hint: `--max-length ${longest} keeps them whole, --too-long drop leaves them out`,
  });
}

/** More than anyone reads. */
const listedRows = 20;

const most = (numbers: readonly number[]): number =>
  numbers.reduce((greatest, number) => Math.max(greatest, number), 0);

/** What to know of rows that are not learned whole; `listed` says where they all are. */
export function lostNotices(
  { train, validation }: PreparedData,
  { data }: RunConfig,
  listed: string,
): string[] {
  const cut = [...(train.cut ?? []), ...(validation.cut ?? [])];
  const long = `longer than ${data.max_length} tokens`;
  const dropped = [...train.dropped, ...validation.dropped];
  const reasons = [...new Set(dropped.map(({ reason }) => reason))];
  const notices = reasons.map((reason) => {
    const count = dropped.filter((one) => one.reason === reason).length;
    return `${rowsAre(count)} left out: ${reason} (${listed})`;
  });
  if (cut.length === 0) return notices;
  const ends = cut.filter(({ lostTokens }) => lostTokens > 0);
  const lost = ends.reduce((sum, { lostTokens }) => sum + lostTokens, 0);
  const longest = most(cut.map(({ tokens }) => tokens));
  const cost =
    ends.length === 0
      ? "nothing that is learned is lost"
      : `${lost} learned tokens are lost, the end of ${ends.length} answers among them: ` +
        `--max-length ${longest} keeps all, --too-long drop leaves such rows out`;
  return [...notices, `${rowsAre(cut.length)} ${long} and cut; ${cost} (${listed})`];
}

const rowsAre = (count: number): string => (count === 1 ? "1 row is" : `${count} rows are`);
