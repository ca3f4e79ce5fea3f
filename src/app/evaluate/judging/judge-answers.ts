// Answers judged one by one, by a user's criteria: the mean of each criterion with its interval, what could not be judged,
// and how far the judge agrees with the user.
import { resolve } from "node:path";
import {
  type Agreement,
  type JudgeCost,
  longestJudgement,
  type MeanWithInterval,
  meanWithInterval,
  readRubric,
  rubricPrompt,
  rubricRequest,
  rubricScores,
  scaleOf,
} from "../../../eval/judge/index.ts";
import type { DownloadProgress } from "../../../weights/index.ts";
import type { ResultRow } from "../results-file.ts";
import { askJudge, type JudgeWatching, shortHash } from "./ask-judge.ts";
import { LocalJudge } from "./local-judge.ts";
import { agreementWith, type Ratings, readRatings } from "./ratings.ts";
import { judgeWarnings } from "./warnings.ts";

export interface JudgeOptions extends JudgeWatching {
  /** A model, as `ft generate` takes one. */
  judge: string;
  /** The user's own ratings. */
  ratings?: string | undefined;
  output: string;
  seed: number;
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
}

export interface CriterionReport extends MeanWithInterval {
  scale: [low: number, high: number];
  /** With the user's ratings; null without any. */
  agreement: Agreement | null;
}

export interface JudgeReport {
  model: string;
  criteria: Record<string, CriterionReport>;
  samples: number;
  /** Answers without a judgement: too long for the judge, or it came to no end. */
  unjudged: number;
  cost: JudgeCost;
  seconds: number;
  resultsFile: string;
  signature: string;
  warnings: string[];
}

interface Answers {
  rows: readonly ResultRow[];
  /** Base models of who answered, where they are known. */
  answeredBy: readonly string[];
}

/** @throws what `loadModel` throws; UsageError FT-EVAL-006, 019; DataError FT-EVAL-020. */
export async function judgeAnswers(
  { rows, answeredBy }: Answers,
  rubricFile: string,
  options: JudgeOptions,
): Promise<JudgeReport> {
  const rubric = readRubric(rubricFile);
  const fields = rubric.criteria.map((one) => ({ name: one.name, labels: scaleOf(one) }));
  const { ratings: file, seed } = options;
  const ratings: Ratings<number> | undefined =
    file === undefined ? undefined : await readRatings(file, rows, fields);
  const judge = await LocalJudge.load(options.judge, options);
  try {
    const requests = rows.map((row) => [rubricRequest(rubric, row)]);
    const asked = { judge, requests, longest: longestJudgement(rubric), name: "judgements" };
    const about = { rubric };
    const output = resolve(options.output);
    const said = await askJudge({ ...asked, about, output }, options);
    const scores = said.replies.map(([reply]) => rubricScores(rubric, reply));
    const criteria = rubric.criteria.map((criterion): [string, CriterionReport] => {
      const { name, low, high } = criterion;
      const judged = scores.map((one) => one?.[name]?.score);
      const labels = scaleOf(criterion);
      const agreement = ratings && agreementWith(ratings.get(name), judged, labels, "quadratic");
      const values = judged.filter((score) => score !== undefined);
      const report = { ...meanWithInterval(values, seed), scale: [low, high] as [number, number] };
      return [name, { ...report, agreement: agreement ?? null }];
    });
    const given = rubric.criteria.map(({ name }): [string, string[]] => [
      name,
      scores.flatMap((one) => (one === undefined ? [] : [String(one[name]?.score)])),
    ]);
    const report: JudgeReport = {
      model: judge.name,
      criteria: Object.fromEntries(criteria),
      samples: rows.length,
      unjudged: scores.filter((one) => one === undefined).length,
      ...{ cost: said.cost, seconds: said.seconds, resultsFile: said.file },
      signature: `judge=${judge.name}|rubric:${shortHash(rubric)}|prompt:${shortHash(rubricPrompt)}`,
      warnings: judgeWarnings(judge, answeredBy, given),
    };
    await said.finish({ ...report });
    return report;
  } finally {
    judge.dispose();
  }
}
