// Finished predictions given to a checker, a row after another, written down as those of a model are; goes on where an
// earlier call ended.
import { hashFile } from "../../core/file-hash.ts";
import type { Checker } from "../../eval/index.ts";
import { answerJobs } from "./answer-jobs.ts";
import { checkingWarnings, requireSamples } from "./checking.ts";
import { type ResultRow, ResultsFolder } from "./results-file.ts";
import type { PredictedRow, ScoringOptions } from "./score-predictions.ts";
import { chosenMetrics, scoresOfOne } from "./scores.ts";

interface Predictions {
  file: string;
  rows: readonly PredictedRow[];
  checker: Checker;
  /** Of metrics. */
  names: readonly string[];
}

interface CheckedPredictions {
  rows: readonly ResultRow[];
  signature: string;
  told: { resultsFile: string; warnings: string[] };
}

/** @throws UsageError FT-EVAL-006, 016, 018. */
export async function checkPredictions(
  { file, rows, checker, names }: Predictions,
  { output, checkerSeconds, schema, signal, onProgress }: ScoringOptions,
): Promise<CheckedPredictions> {
  const fewest = Math.min(...rows.map(({ predictions }) => predictions.length));
  requireSamples(names, fewest, "in a row ");
  const asked = { predictions: await hashFile(file), checker: checker.sha256, checkerSeconds };
  const identity = { ...asked, schema, metrics: [...names] };
  const results = await ResultsFolder.open(output, identity, rows.length);
  const chosen = chosenMetrics(names);
  const checkRow = async (given: PredictedRow, index: number): Promise<ResultRow> => {
    const { value, predictions, line, prompt = "", ...own } = given;
    const { references, prediction } = own;
    const checks = predictions.map(async (answer, sample) => {
      const request = { row: value, prompt, answer, references, index, sample };
      return { prediction: answer, ...(await checker.check(request, signal)) };
    });
    const answer = {
      prompt,
      ...own,
      references: [...references],
      samples: await Promise.all(checks),
    };
    const place = { index, file, line, tokens: 0, finishReason: "not asked" };
    return { ...place, ...answer, prediction, scores: scoresOfOne(chosen, answer) };
  };
  await answerJobs(rows, checkRow, results, { onProgress, signal });
  const warnings = checkingWarnings(results.rows.flatMap(({ samples = [] }) => samples));
  const told = { resultsFile: results.file, warnings };
  await results.finish({ predictions: file, samples: rows.length, ...told });
  return { rows: results.rows, signature: `; checker=${checker.sha256.slice(0, 12)}`, told };
}
