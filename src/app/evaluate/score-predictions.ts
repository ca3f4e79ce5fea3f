import { existsSync } from "node:fs";
import { extname } from "node:path";
// Finished predictions scored: a file of rows with `prediction` and `reference` or `references`. Asks no model.
import { z } from "zod";
import { DataError } from "../../core/errors.ts";
import { fileReaders } from "../../data/files/index.ts";
import { missingData } from "../../data/read.ts";
import type { Answer } from "../../eval/index.ts";
import {
  chosenMetrics,
  type GroupScores,
  groupScores,
  requireNoModel,
  type Scores,
  scored,
} from "./scores.ts";

export interface ScoredPredictions extends Scores {
  /** None was asked, and no answers were written: null, as where a model answers there is one. */
  model: null;
  resultsFile: null;
  predictions: string;
  groups?: GroupScores;
  samples: number;
  seconds: number;
}

const calls = z.array(
  z.object({ name: z.string(), arguments: z.union([z.looseObject({}), z.string()]) }),
);

const Prediction = z.looseObject({
  prediction: z.string(),
  reference: z.string().optional(),
  references: z.array(z.string()).min(1).optional(),
  prompt: z.string().optional(),
  fields: z.looseObject({}).optional(),
  calls: calls.optional(),
  referenceCalls: calls.optional(),
});

const mostProblems = 10;

function answerOf(value: unknown): Answer | string {
  const { success, data, error } = Prediction.safeParse(value);
  if (!success) {
    const [issue] = error.issues;
    return `${issue?.path.join(".") || "row"}: ${issue?.message}`;
  }
  const { reference, references = reference === undefined ? [] : [reference], ...rest } = data;
  if (references.length === 0) return "reference: is missing";
  const { prediction, prompt, fields, calls: said, referenceCalls } = rest;
  // a row of our own results keeps the fields that count apart; any other row has them as its own
  return { prediction, references, prompt, fields: fields ?? rest, calls: said, referenceCalls };
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
function withSchema(answer: Answer, schema: object | undefined): Answer {
  if (schema === undefined) return answer;
  return { ...answer, fields: { json_schema: schema, ...answer.fields } };
}

/** @throws DataError for a missing file, one of no known kind, without rows, or with rows that cannot be scored. */
export async function readPredictions(file: string, schema?: object): Promise<Answer[]> {
  if (!existsSync(file)) throw await missingData(file);
  const read = fileReaders.get(extname(file).toLowerCase());
  const answers: Answer[] = [];
  const problems: string[] = [];
  for await (const raw of read(file)) {
    const answer = "value" in raw ? answerOf(raw.value) : raw.problem;
    if (typeof answer === "string") problems.push(`line ${raw.line}, ${answer}`);
    else answers.push(withSchema(answer, schema));
  }
  if (problems.length > 0) throw refuse(file, problems);
  if (answers.length > 0) return answers;
  throw new DataError("FT-EVAL-005", { at: { file }, message: "there are no predictions in it" });
}

export async function scorePredictions(
  file: string,
  names: readonly string[],
  { schema, by }: { schema?: object | undefined; by?: string | undefined } = {},
): Promise<ScoredPredictions> {
  const started = performance.now();
  const chosen = chosenMetrics(names);
  requireNoModel(chosen);
  const answers = await readPredictions(file, schema);
  const { scores, signature } = scored(chosen, answers);
  const groups = groupScores(chosen, answers, by);
  const seconds = (performance.now() - started) / 1000;
  return {
    ...{ model: null, predictions: file, scores, ...(groups && { groups }) },
    ...{ samples: answers.length, seconds, resultsFile: null, signature },
  };
}
