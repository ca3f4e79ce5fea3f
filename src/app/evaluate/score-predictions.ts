// Finished predictions scored: a file of rows with `prediction` and `reference` or `references`. Asks no model.
import { existsSync } from "node:fs";
import { extname } from "node:path";
import { z } from "zod";
import { DataError } from "../../core/errors.ts";
import { fileReaders } from "../../data/files/index.ts";
import { missingData } from "../../data/read.ts";
import { type Answer, passNamed } from "../../eval/index.ts";
import { checkPredictions } from "./check-predictions.ts";
import { type CheckingOptions, openChecker } from "./checking.ts";
import type { EvaluateOptions } from "./evaluate-model.ts";
import {
  chosenMetrics,
  type GroupScores,
  groupScores,
  requireNoModel,
  type Scores,
  scored,
} from "./scores.ts";

export interface ScoredPredictions extends Scores {
  /** None was asked: null, as where a model answers there is one. */
  model: null;
  /** What a checker says of each answer; null without one. */
  resultsFile: string | null;
  predictions: string;
  groups?: GroupScores;
  samples: number;
  seconds: number;
  warnings: string[];
}

const calls = z.array(
  z.object({ name: z.string(), arguments: z.union([z.looseObject({}), z.string()]) }),
);

const Prediction = z.looseObject({
  prediction: z.string().optional(),
  /** Several answers to one question. */
  predictions: z.array(z.string()).min(1).optional(),
  /** The same as a file of results has them. */
  samples: z
    .array(z.looseObject({ prediction: z.string() }))
    .min(1)
    .optional(),
  reference: z.string().optional(),
  references: z.array(z.string()).min(1).optional(),
  prompt: z.string().optional(),
  fields: z.looseObject({}).optional(),
  calls: calls.optional(),
  referenceCalls: calls.optional(),
});

const mostProblems = 10;

/** A row that can be scored. */
export interface PredictedRow extends Answer {
  /** All answers to the question; `prediction` is the first. */
  predictions: readonly string[];
  line: number;
  /** As the file has it. */
  value: unknown;
}

interface Needs {
  /** Something is compared with references. */
  references: boolean;
}

function answerOf(value: unknown, needs: Needs): Omit<PredictedRow, "line"> | string {
  const { success, data, error } = Prediction.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    return `${issue?.path.join(".") || "row"}: ${issue?.message}`;
  }
  const { reference, references = reference === undefined ? [] : [reference], ...rest } = data;
  if (references.length === 0 && needs.references) return "reference: is missing";
  const { prompt, fields, calls: said, referenceCalls, samples, ...own } = rest;
  const { predictions = samples?.map((one) => one.prediction) ?? [own.prediction ?? ""] } = own;
  const [prediction = ""] = predictions;
  if (own.prediction === undefined && prediction === "" && predictions.length === 1)
    return "prediction: is missing";
  // a row of our own results keeps the fields that count apart; any other row has them as its own
  const looked = { prompt, fields: fields ?? rest, calls: said, referenceCalls };
  return { prediction: own.prediction ?? prediction, references, ...looked, predictions, value };
}

/** Every row that cannot be used is in one error. */
function refuse(file: string, problems: readonly string[]): DataError {
  const more = problems.length - mostProblems;
  return new DataError("FT-EVAL-004", {
    at: { file },
    message: `${problems.length} rows cannot be scored`,
    hint: 'each row needs "prediction" and "reference", or "references" as a list',
    problems: [...problems.slice(0, mostProblems), ...(more > 0 ? [`and ${more} more`] : [])],
  });
}

/** A schema given by hand counts where the row has none of its own. */
function withSchema(answer: PredictedRow, schema: object | undefined): PredictedRow {
  if (schema === undefined) return answer;
  return { ...answer, fields: { json_schema: schema, ...answer.fields } };
}

interface Reading extends Partial<Needs> {
  schema?: object | undefined;
}

/** @throws DataError for a missing file, one of no known kind, without rows, or with rows that cannot be scored. */
export async function readPredictions(
  file: string,
  { schema, references = true }: Reading = {},
): Promise<PredictedRow[]> {
  if (!existsSync(file)) throw await missingData(file);
  const read = fileReaders.get(extname(file).toLowerCase());
  const answers: PredictedRow[] = [];
  const problems: string[] = [];
  for await (const raw of read(file)) {
    const answer = "value" in raw ? answerOf(raw.value, { references }) : raw.problem;
    if (typeof answer === "string") problems.push(`line ${raw.line}, ${answer}`);
    else answers.push(withSchema({ ...answer, line: raw.line }, schema));
  }
  if (problems.length > 0) throw refuse(file, problems);
  if (answers.length > 0) return answers;
  throw new DataError("FT-EVAL-005", { at: { file }, message: "the file has no predictions" });
}

export interface ScoringOptions extends CheckingOptions {
  schema?: object | undefined;
  by?: string | undefined;
  /** Folder of what a checker says. */
  output?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: EvaluateOptions["onProgress"];
}

/** @throws as `readPredictions`; UsageError FT-EVAL-002, 003, 016, 017, 018. */
export async function scorePredictions(
  file: string,
  names: readonly string[],
  options: ScoringOptions = {},
): Promise<ScoredPredictions> {
  const { schema, by } = options;
  const started = performance.now();
  const chosen = chosenMetrics(names);
  requireNoModel(chosen);
  const checker = await openChecker(options, names);
  const references = names.some((name) => passNamed(name) === undefined);
  const read = await readPredictions(file, { schema, references });
  const checked =
    checker && (await checkPredictions({ file, rows: read, checker, names }, options));
  const answers = checked?.rows ?? read;
  const { scores, signature } = scored(chosen, answers);
  const groups = groupScores(chosen, answers, by);
  const seconds = (performance.now() - started) / 1000;
  return {
    ...{ model: null, predictions: file, scores, ...(groups && { groups }) },
    ...{ samples: answers.length, seconds, signature: signature + (checked?.signature ?? "") },
    ...(checked?.told ?? { resultsFile: null, warnings: [] }),
  };
}
