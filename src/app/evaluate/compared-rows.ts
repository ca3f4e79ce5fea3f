// Answers of two sheets to the same questions, row beside row: who is better by a metric and by how much, in an order that
// shows what to look at first, filtered and searched. With one sheet alone, its rows from the worst score on.
import { UsageError } from "../../core/errors.ts";
import { compareAnswers, type Delta } from "../../eval/compare.ts";
import { type AnswerSheet, type ReadSheet, readSheet, type SheetScore } from "./answer-sheets.ts";
import type { ResultRow } from "./results-file.ts";

export type Outcome = "win" | "tie" | "loss";

export const outcomes = ["win", "tie", "loss"] as const;
export const rowOrders = ["regressions", "improvements", "worst", "data"] as const;
export type RowOrder = (typeof rowOrders)[number];

export interface ComparedRow {
  index: number;
  id: string | null;
  line: number;
  prompt: string;
  references: string[];
  /** Of the sheet, then of the one that it is compared with. */
  answers: { text: string; score: number | null; finish: string }[];
  /** The sheet's score less the other's, turned so that more is better; null with one sheet alone. */
  difference: number | null;
  outcome: Outcome | null;
}

export interface RowQuery {
  metric?: string | undefined;
  /** Id of the sheet to compare with. */
  against?: string | undefined;
  outcome?: Outcome | undefined;
  order?: RowOrder | undefined;
  search?: string | undefined;
  limit: number;
  offset: number;
}

export interface ComparedRows {
  metric: string;
  rows: ComparedRow[];
  /** That fit the filter and the words. */
  total: number;
  /** Of all rows; null with one sheet alone. */
  counts: Record<Outcome, number> | null;
  /** The difference of the means with its 95 % interval; null with one sheet alone. */
  delta: Delta | null;
}

const same = 1e-12;

/** @throws UsageError FT-EVAL-023 for a metric that the sheet has no scores of. */
function metricOf({ sheet }: ReadSheet, wanted: string | undefined): SheetScore {
  const found =
    wanted === undefined ? sheet.scores[0] : sheet.scores.find((one) => one.metric === wanted);
  if (found !== undefined) return found;
  throw new UsageError("FT-EVAL-023", {
    message: `the evaluation has no scores of ${wanted ?? "any metric"}`,
    hint: `it has ${sheet.scores.map(({ metric }) => metric).join(", ") || "none"}`,
  });
}

/** @throws UsageError FT-EVAL-010 where other questions were asked. */
function requireSame(one: AnswerSheet, other: AnswerSheet): void {
  if (one.questions === other.questions) return;
  throw new UsageError("FT-EVAL-010", {
    at: { file: other.folder },
    message:
      "the earlier evaluation used other rows: data, seed and number of rows must be the same",
    hint: "compare evaluations of the same rows: ft benchmark BASE TUNED --data FILE asks both",
  });
}

/** Perplexity of a row is that of its loss; all else stands with the row. */
function scoreIn({ scores, loss }: ResultRow, metric: string): number | null {
  const own = scores[metric];
  if (typeof own === "number") return own;
  return metric === "perplexity" && loss !== undefined ? Math.exp(loss.sum / loss.tokens) : null;
}

const outcomeOf = (difference: number): Outcome =>
  difference > same ? "win" : difference < -same ? "loss" : "tie";

function comparedRow(
  row: ResultRow,
  other: ResultRow | undefined,
  { metric, better }: SheetScore,
): ComparedRow {
  const told = (one: ResultRow): ComparedRow["answers"][number] => ({
    ...{ text: one.prediction, score: scoreIn(one, metric), finish: one.finishReason },
  });
  const answers = [told(row), ...(other === undefined ? [] : [told(other)])];
  const [own, theirs] = answers.map(({ score }) => score);
  const sign = better === "higher" ? 1 : -1;
  const difference =
    typeof own === "number" && typeof theirs === "number" ? sign * (own - theirs) : null;
  return {
    ...{ index: row.index, id: row.id ?? null, line: row.line, prompt: row.prompt },
    ...{ references: row.references, answers, difference },
    outcome: difference === null ? null : outcomeOf(difference),
  };
}

type By = (row: ComparedRow) => number;

/** What is smallest comes first; rows that are alike stay in the order of the data. */
function orders({ better }: SheetScore): Record<RowOrder, By> {
  const sign = better === "higher" ? 1 : -1;
  return {
    regressions: ({ difference }) => difference ?? 0,
    improvements: ({ difference }) => -(difference ?? 0),
    worst: ({ answers }) => sign * (answers[0]?.score ?? 0),
    data: ({ index }) => index,
  };
}

/** Of the means over rows, by drawing the questions again. */
function deltaOf(all: readonly ComparedRow[], { better }: SheetScore): Delta | null {
  const both = all.filter(({ difference }) => difference !== null);
  if (both.length === 0) return null;
  const at = (place: 0 | 1) => both.map(({ answers }) => answers[place]?.score ?? 0);
  const mean = {
    better,
    statistics: (value: number) => [value, 1],
    score: ([sum = 0, count = 0]: readonly number[]) => (count === 0 ? 0 : sum / count),
  };
  return compareAnswers(mean, at(1), at(0), { draws: both.length > 5000 ? 400 : 2000 });
}

function hasWords({ prompt, references, answers }: ComparedRow, words: string): boolean {
  const texts = [prompt, ...references, ...answers.map(({ text }) => text)];
  return texts.some((text) => text.toLowerCase().includes(words));
}

/** By the sheets' folders and what is compared: pages of one table ask the same again. */
const deltas = new Map<string, Delta | null>();

function deltaOnce(key: string, make: () => Delta | null): Delta | null {
  const known = deltas.get(key);
  if (known !== undefined) return known;
  if (deltas.size > 200) deltas.clear();
  const delta = make();
  deltas.set(key, delta);
  return delta;
}

const countsOf = (rows: readonly ComparedRow[]): Record<Outcome, number> => {
  const counts = { win: 0, tie: 0, loss: 0 };
  for (const { outcome } of rows) if (outcome !== null) counts[outcome] += 1;
  return counts;
};

const keyOf = ({ sheet: { id, at } }: ReadSheet): string => `${id} ${at}`;

/** @throws UsageError FT-EVAL-010, 022, 023. */
export async function comparedRows(id: string, query: RowQuery): Promise<ComparedRows> {
  const read = await readSheet(id);
  const metric = metricOf(read, query.metric);
  const { against, outcome, limit, offset } = query;
  const other = against === undefined ? undefined : await readSheet(against);
  if (other !== undefined) requireSame(read.sheet, other.sheet);
  const all = read.rows.map((row, at) => comparedRow(row, other?.rows[at], metric));
  const words = query.search?.trim().toLowerCase() ?? "";
  const order = query.order ?? (other === undefined ? "worst" : "regressions");
  const by = orders(metric)[order];
  const found = all
    .filter((row) => outcome === undefined || row.outcome === outcome)
    .filter((row) => words === "" || hasWords(row, words))
    .toSorted((a, b) => by(a) - by(b) || a.index - b.index);
  const key = other && `${keyOf(read)} ${keyOf(other)} ${metric.metric}`;
  return {
    ...{ metric: metric.metric, rows: found.slice(offset, offset + limit), total: found.length },
    counts: other === undefined ? null : countsOf(all),
    delta: key === undefined ? null : deltaOnce(key, () => deltaOf(all, metric)),
  };
}

export interface ToldAnswer {
  sheet: AnswerSheet;
  row: ResultRow;
}

/** One row of a sheet, and of the one that it is compared with. @throws UsageError FT-EVAL-010, 022, 024. */
export async function answersTo(
  id: string,
  index: number,
  against: string | undefined,
): Promise<ToldAnswer[]> {
  const sheets = [
    await readSheet(id),
    ...(against === undefined ? [] : [await readSheet(against)]),
  ];
  const [first, second] = sheets as [ReadSheet, ReadSheet | undefined];
  if (second !== undefined) requireSame(first.sheet, second.sheet);
  return sheets.map(({ sheet, rows }) => {
    const row = rows[index];
    if (row !== undefined) return { sheet, row };
    throw new UsageError("FT-EVAL-024", {
      message: `the evaluation has no row ${index}`,
      hint: `its ${rows.length} rows are counted from 0`,
    });
  });
}
