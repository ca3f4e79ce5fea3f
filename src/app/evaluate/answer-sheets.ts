// Finished evaluations as sheets: who answered which questions, with which scores and how sure they are. A benchmark is a
// sheet a model. Read from the folders that ft evaluate and ft benchmark write; nothing is computed anew that they say.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { parseJson } from "../../core/json-text.ts";
import { type ScoreInterval, scoreInterval } from "../../eval/score-interval.ts";
import { runOf } from "../../runs/index.ts";
import { type KnownFolder, knownEvaluations } from "./known-evaluations.ts";
import { readResults, type ResultRow } from "./results-file.ts";

export interface SheetScore extends Partial<ScoreInterval> {
  metric: string;
  score: number;
  /** Null where nothing says, as for a judge's criteria: higher then. */
  better: "higher" | "lower";
  /** The largest score; null where there is no largest. */
  scale: number | null;
}

export interface AnswerSheet {
  id: string;
  folder: string;
  /** The benchmark that it is part of. */
  benchmark: string | null;
  /** Milliseconds since 1970: when it ended. */
  at: number;
  model: string;
  adapter: string | null;
  /** For people: the run's name, or the model's. */
  name: string;
  /** The file of its rows. */
  data: string;
  samples: number;
  unasked: number;
  seconds: number;
  signature: string;
  scores: SheetScore[];
  warnings: string[];
  /** Equal where the same questions were asked in the same order. */
  questions: string;
  /** The model that a benchmark compares with; null of that one itself, and of single evaluations. */
  comparedWith: string | null;
}

export interface ReadSheet {
  sheet: AnswerSheet;
  rows: readonly ResultRow[];
}

type Json = Readonly<Record<string, unknown>>;

const SUMMARY = "evaluation.json";

export function jsonAt(file: string): Json {
  if (!existsSync(file)) return {};
  const parsed = parseJson(readFileSync(file, "utf8"));
  const value = parsed.ok ? parsed.value : undefined;
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

const numberIn = (json: Json, key: string): number => Number(json[key] ?? 0);

const textIn = (json: Json, key: string): string | null => {
  const value = json[key];
  return typeof value === "string" ? value : null;
};

function nameOf(model: string, adapter: string | null): string {
  const trained = adapter ?? (existsSync(model) ? model : null);
  if (trained === null) return model;
  return basename(runOf(trained) ?? trained);
}

type Metrics = ReadonlyMap<string, Pick<SheetScore, "better" | "scale">>;

/** Of the metrics' registry, loaded when it is first asked for. */
let known: Promise<Metrics> | undefined;

async function knownMetrics(): Promise<Metrics> {
  known ??= import("../../eval/metrics/registry.ts").then(
    ({ metrics }) =>
      new Map(
        metrics.names().map((name) => {
          const { better, scale } = metrics.get(name);
          return [name, { better, scale }] as const;
        }),
      ),
  );
  return await known;
}

const same = 1e-9;

/** Where a score is the mean of its rows' scores, and nothing says how sure it is, the rows do. */
function intervalOfMean(rows: readonly ResultRow[], metric: string, score: number) {
  const values = rows.map(({ scores }) => scores[metric]);
  if (values.some((value) => typeof value !== "number")) return null;
  const all = values as number[];
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  if (Math.abs(mean - score) > same) return null;
  return scoreInterval(
    { statistics: (value: number) => [value, 1], score: ([sum = 0, count = 1]) => sum / count },
    all,
    42,
  );
}

async function scoresIn(summary: Json, folder: string, rows: readonly ResultRow[]) {
  const metrics = await knownMetrics();
  const intervals = (summary["intervals"] ?? {}) as Record<string, ScoreInterval>;
  const scores = Object.entries((summary["scores"] ?? {}) as Record<string, number>);
  const own = scores.map(([metric, score]): SheetScore => {
    const { better, scale } = metrics.get(metric) ?? { better: "higher" as const, scale: 1 };
    const interval = intervals[metric] ?? intervalOfMean(rows, metric, score);
    return { metric, score, better, scale, ...interval };
  });
  return [...own, ...judgedIn(folder)];
}

interface JudgedMean {
  mean: number | null;
  low: number | null;
  high: number | null;
  scale: [number, number];
}

/** A judge's criteria, whose means stand beside the answers. */
function judgedIn(folder: string): SheetScore[] {
  const { criteria = {} } = jsonAt(join(folder, "judgements.json"));
  return Object.entries(criteria as Record<string, JudgedMean>).flatMap(([name, found]) => {
    const { mean, low, high, scale } = found;
    if (mean === null) return [];
    const interval = low === null || high === null ? {} : { low, high };
    return [
      { metric: `judge_${name}`, score: mean, better: "higher", scale: scale[1], ...interval },
    ] as SheetScore[];
  });
}

const questionsOf = (rows: readonly ResultRow[]): string =>
  createHash("sha256")
    .update(JSON.stringify(rows.map(({ prompt }) => prompt)))
    .digest("hex")
    .slice(0, 12);

interface Place extends KnownFolder {
  benchmark: string | null;
  comparedWith: string | null;
}

async function read({ id, folder, benchmark, comparedWith }: Place): Promise<ReadSheet> {
  const summary = jsonAt(join(folder, SUMMARY));
  const { rows } = readResults(folder);
  const [model, adapter] = [textIn(summary, "model") ?? "", textIn(summary, "adapter")];
  const sheet: AnswerSheet = {
    ...{ id, folder, benchmark, comparedWith, model, adapter, name: nameOf(model, adapter) },
    at: statSync(join(folder, SUMMARY)).mtimeMs,
    data: rows[0]?.file ?? "",
    ...{ samples: rows.length, unasked: numberIn(summary, "unasked") },
    ...{ seconds: numberIn(summary, "seconds"), signature: textIn(summary, "signature") ?? "" },
    scores: await scoresIn(summary, folder, rows),
    warnings: (summary["warnings"] ?? []) as string[],
    questions: questionsOf(rows),
  };
  return { sheet, rows };
}

/** By folder, as long as its files stay as they are. */
const kept = new Map<string, { changed: string; read: ReadSheet }>();

const changeOf = (folder: string): string =>
  [SUMMARY, "judgements.json"]
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .map((stats) => `${stats?.mtimeMs} ${stats?.size}`)
    .join(" ");

async function readOnce(place: Place): Promise<ReadSheet> {
  const changed = changeOf(place.folder);
  const before = kept.get(place.folder);
  if (before?.changed === changed) return before.read;
  const found = await read(place);
  kept.set(place.folder, { changed, read: found });
  return found;
}

const isFinished = (folder: string): boolean => "scores" in jsonAt(join(folder, SUMMARY));

/** One of an evaluation; of a benchmark one a model, the first being compared with. */
function placesIn({ id, folder }: KnownFolder): Place[] {
  if (isFinished(folder)) return [{ id, folder, benchmark: null, comparedWith: null }];
  if (!existsSync(join(folder, "report.json"))) return [];
  const models = readdirSync(folder)
    .filter((name) => /^model-\d+$/.test(name) && isFinished(join(folder, name)))
    .toSorted((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
  return models.map((name, at) => ({
    ...{ id: `${id}-${at + 1}`, folder: join(folder, name), benchmark: id },
    comparedWith: at === 0 ? null : `${id}-1`,
  }));
}

/** Every finished evaluation, newest first; what cannot be read is passed over. */
export async function answerSheets(): Promise<AnswerSheet[]> {
  const sheets: AnswerSheet[] = [];
  for (const place of knownEvaluations().flatMap(placesIn)) {
    const found = await readOnce(place).catch((error: unknown) => {
      if (error instanceof UsageError) return undefined;
      throw error;
    });
    if (found !== undefined) sheets.push(found.sheet);
  }
  return sheets.toSorted((a, b) => b.at - a.at || a.id.localeCompare(b.id));
}

/** @throws UsageError FT-EVAL-022 where there is none of this id. */
export async function readSheet(id: string): Promise<ReadSheet> {
  const place = knownEvaluations()
    .filter((known) => id === known.id || id.startsWith(`${known.id}-`))
    .flatMap(placesIn)
    .find((one) => one.id === id);
  if (place !== undefined) return await readOnce(place);
  throw new UsageError("FT-EVAL-022", {
    message: `there is no evaluation ${id.slice(0, 100)}`,
    hint: "its folder may have been removed: ft evaluate makes another",
  });
}
