// An evaluation with a judge's scores beside those of its metrics: of a model's answers, or of finished predictions.
import { dirname } from "node:path";
import { UsageError } from "../../../core/errors.ts";
import { readRubric } from "../../../eval/judge/index.ts";
import { readResults, type ResultRow } from "../results-file.ts";
import { readPredictions } from "../score-predictions.ts";
import { judgeAnswers, type JudgeOptions, type JudgeReport } from "./judge-answers.ts";

export interface JudgedBy extends JudgeOptions {
  rubric: string;
}

/** Fails before anything is asked. Throws UsageError FT-EVAL-019, 021. */
export function requireRubric(rubric: string | undefined): string {
  if (rubric === undefined)
    throw new UsageError("FT-EVAL-021", {
      message: "--judge needs criteria to score single answers, and none are given",
      hint: "--rubric FILE; docs/evaluating.md shows one",
    });
  readRubric(rubric);
  return rubric;
}

interface Scored {
  scores: Record<string, number>;
  warnings: string[];
}

function withScores<Found extends Scored>(
  found: Found,
  judge: JudgeReport,
): Found & { judge: JudgeReport } {
  const means = Object.entries(judge.criteria).flatMap(([name, { mean }]) =>
    mean === null ? [] : [[`judge_${name}`, mean]],
  );
  const scores = { ...found.scores, ...(Object.fromEntries(means) as Record<string, number>) };
  return { ...found, scores, judge, warnings: [...found.warnings, ...judge.warnings] };
}

/** Of the answers in an evaluation's folder. Throws as `judgeAnswers` does. */
export async function judgeEvaluation<
  Found extends Scored & { resultsFile: string; model: string },
>(found: Found, { rubric, ...how }: JudgedBy): Promise<Found & { judge: JudgeReport }> {
  const { rows } = readResults(dirname(found.resultsFile));
  return withScores(found, await judgeAnswers({ rows, answeredBy: [found.model] }, rubric, how));
}

function idOf(row: unknown): string | undefined {
  const { id } = row as { id?: unknown };
  return typeof id === "string" || typeof id === "number" ? `${id}` : undefined;
}

/** Of a file of predictions. Throws as `judgeAnswers` does. */
export async function judgePredictions<Found extends Scored & { predictions: string }>(
  found: Found,
  { rubric, ...how }: JudgedBy,
): Promise<Found & { judge: JudgeReport }> {
  const { predictions: file } = found;
  const read = await readPredictions(file, { references: false });
  const rows = read.map(
    ({ prompt = "", prediction, references, line, value }, index): ResultRow => {
      const id = idOf(value);
      const place = { index, file, line, ...(id !== undefined && { id }) };
      const answer = { prompt, prediction, references: [...references] };
      return { ...place, ...answer, tokens: 0, finishReason: "not asked", scores: {} };
    },
  );
  return withScores(found, await judgeAnswers({ rows, answeredBy: [] }, rubric, how));
}
