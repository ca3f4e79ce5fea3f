// A user's own ratings of answers, to see how far a judge agrees with them: a row an answer, by `index` or `id` of the
// results, with a value for each criterion, or `better` of two answers.
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { DataError } from "../../../core/errors.ts";
import { fileReaders } from "../../../data/files/index.ts";
import { missingData } from "../../../data/read.ts";
import { type Agreement, cohenKappa, type Weights } from "../../../eval/judge/index.ts";
import type { ResultRow } from "../results-file.ts";

export interface RatedField<Label> {
  /** Of a rating's row. */
  name: string;
  /** In the order of the scale. */
  labels: readonly Label[];
  /** Other words for a label. */
  words?: ReadonlyMap<string, Label>;
}

/** By field, then by the index of the row. */
export type Ratings<Label> = ReadonlyMap<string, ReadonlyMap<number, Label>>;

type Given = Readonly<Record<string, unknown>>;

const problemsShown = 10;

function rowIndex(
  { index, id }: Given,
  rows: readonly Pick<ResultRow, "id">[],
): number | undefined {
  const at = index === undefined ? rows.findIndex((row) => row.id === String(id)) : Number(index);
  return Number.isInteger(at) && at >= 0 && at < rows.length ? at : undefined;
}

function labelOf<Label>(value: unknown, { labels, words }: RatedField<Label>): Label | undefined {
  const text = String(value).trim();
  return words?.get(text) ?? labels.find((label) => String(label) === text);
}

const isMissing = (value: unknown): boolean =>
  value === undefined || value === null || value === "";

/** What is wrong with a row, else nothing. */
function taken<Label>(
  given: Given,
  rows: readonly Pick<ResultRow, "id">[],
  fields: readonly RatedField<Label>[],
  found: ReadonlyMap<string, Map<number, Label>>,
): string | undefined {
  const index = rowIndex(given, rows);
  if (index === undefined)
    return `names no answer: index is from 0 to ${rows.length - 1}, id one of the rows'`;
  const rated = fields.filter(({ name }) => !isMissing(given[name]));
  if (rated.length === 0) return `rates nothing: ${fields.map(({ name }) => name).join(", ")}`;
  for (const field of rated) {
    const label = labelOf(given[field.name], field);
    if (label === undefined)
      return `${field.name}: '${String(given[field.name])}' is none of ${field.labels.join(", ")}`;
    found.get(field.name)?.set(index, label);
  }
  return undefined;
}

function refused(file: string, problems: readonly string[]): DataError {
  const more = problems.length - problemsShown;
  return new DataError("FT-EVAL-020", {
    at: { file },
    message: problems.length === 0 ? "the file has no ratings" : "these ratings are not usable",
    hint: 'rows such as {"index": 0, "correct": 4}; index is that of results.jsonl',
    problems: [...problems.slice(0, problemsShown), ...(more > 0 ? [`and ${more} more`] : [])],
  });
}

/** @throws DataError FT-EVAL-020, and for a missing file. */
export async function readRatings<Label>(
  file: string,
  rows: readonly Pick<ResultRow, "id">[],
  fields: readonly RatedField<Label>[],
): Promise<Ratings<Label>> {
  if (!existsSync(file)) throw await missingData(file);
  const found = new Map(fields.map(({ name }) => [name, new Map<number, Label>()]));
  const problems: string[] = [];
  let count = 0;
  for await (const raw of fileReaders.get(extname(file).toLowerCase())(file)) {
    count += 1;
    const problem =
      "value" in raw && typeof raw.value === "object" && raw.value !== null
        ? taken(raw.value as Given, rows, fields, found)
        : "is no object";
    if (problem !== undefined) problems.push(`line ${raw.line} ${problem}`);
  }
  if (problems.length > 0 || count === 0) throw refused(file, problems);
  return found;
}

/** Of what both rated. */
export function agreementWith<Label>(
  ratings: ReadonlyMap<number, Label> | undefined,
  judged: readonly (Label | undefined)[],
  labels: readonly Label[],
  weights: Weights,
): Agreement {
  const pairs = [...(ratings ?? [])].flatMap(([index, own]): [Label, Label][] => {
    const other = judged[index];
    return other === undefined ? [] : [[own, other]];
  });
  return cohenKappa(pairs, labels, weights);
}
