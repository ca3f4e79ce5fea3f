// Two models' answers judged against each other: each pair in both orders, the second's win rate with its interval, how
// often the place alone decided, and how far the judge agrees with the user.
import { basename } from "node:path";
import {
  type Agreement,
  type BothOrders,
  type JudgeCost,
  type JudgeRubric,
  longestOpinion,
  opinionOf,
  pairRequests,
  pairwisePrompt,
  type PairwiseResult,
  pairwiseResult,
  readRubric,
  type Winner,
  winnerOf,
  winners,
} from "../../../eval/judge/index.ts";
import { namedModel } from "../../../generate/named-model.ts";
import type { Contender } from "../benchmark-report.ts";
import { askJudge, shortHash } from "./ask-judge.ts";
import type { JudgeOptions } from "./judge-answers.ts";
import { LocalJudge } from "./local-judge.ts";
import { agreementWith, readRatings } from "./ratings.ts";
import { judgeWarnings } from "./warnings.ts";

export interface PairReport extends PairwiseResult {
  cost: JudgeCost;
  seconds: number;
  /** With the user's ratings; null without any. */
  agreement: Agreement | null;
  resultsFile: string;
}

export interface PairwiseReport {
  model: string;
  signature: string;
  /** By model, each against the first. */
  pairs: Record<string, PairReport>;
  warnings: string[];
}

export interface PairJudgeOptions extends JudgeOptions {
  rubric?: string | undefined;
  baseModel?: string | undefined;
}

/** What a rating may call the winner. */
function wordsOf(first: Contender, second: Contender): ReadonlyMap<string, Winner> {
  const names = (one: Contender): string[] => [one.model, basename(one.model)];
  return new Map([
    ...names(first).map((name) => [name, "first"] as const),
    ...names(second).map((name) => [name, "second"] as const),
  ]);
}

interface Pair {
  judge: LocalJudge;
  rubric: JudgeRubric | undefined;
  first: Contender;
  second: Contender;
  /** Of the judgements' files. */
  name: string;
}

async function judgePair(
  { judge, rubric, first, second, name }: Pair,
  options: PairJudgeOptions,
): Promise<{ report: PairReport; verdicts: string[] }> {
  const { output, ratings: file, seed } = options;
  const words = wordsOf(first, second);
  const fields = [{ name: "better", labels: winners, words }];
  const ratings = file === undefined ? undefined : await readRatings(file, first.rows, fields);
  const requests = first.rows.map((row, at) => pairRequests([row, second.rows[at] ?? row], rubric));
  const about = { rubric: rubric ?? null };
  const asked = { judge, requests, longest: longestOpinion, about, output, name };
  const said = await askJudge(asked, options);
  const pairs = said.replies.map(([one, other]): BothOrders => [opinionOf(one), opinionOf(other)]);
  const found = pairs.map(winnerOf);
  const agreement = ratings && agreementWith(ratings.get("better"), found, winners, "none");
  const report: PairReport = {
    ...pairwiseResult(pairs, seed),
    ...{ cost: said.cost, seconds: said.seconds, resultsFile: said.file },
    agreement: agreement ?? null,
  };
  await said.finish({ ...report });
  const verdicts = pairs.flatMap((both) => both.flatMap((one) => one?.better ?? []));
  return { report, verdicts };
}

/**
 * Each other contender against the first, on the questions that both answered. Judgements are beside the report.
 * @throws what `loadModel` throws; UsageError FT-EVAL-006, 019; DataError FT-EVAL-020.
 */
export async function judgePairs(
  [first, ...others]: readonly Contender[],
  options: PairJudgeOptions,
): Promise<PairwiseReport> {
  const rubric = options.rubric === undefined ? undefined : readRubric(options.rubric);
  const judge = await LocalJudge.load(options.judge, options);
  try {
    const pairs: Record<string, PairReport> = {};
    const said: [string, string[]][] = [];
    for (const [at, second] of others.entries()) {
      if (first === undefined) break;
      const pair = { judge, rubric, first, second, name: `judged-${at + 2}` };
      const { report, verdicts } = await judgePair(pair, options);
      pairs[second.model] = report;
      said.push(["the better answer", verdicts]);
    }
    const known = [first, ...others].flatMap((one) => one?.model ?? []);
    const bases = await Promise.all(known.map((name) => baseOf(name, options.baseModel)));
    const decided = `rubric:${rubric === undefined ? "none" : shortHash(rubric)}`;
    return {
      model: judge.name,
      signature: `judge=${judge.name}|${decided}|prompt:${shortHash(pairwisePrompt)}`,
      pairs,
      warnings: judgeWarnings(judge, bases, said),
    };
  } finally {
    judge.dispose();
  }
}

/** An earlier evaluation's name is that of no model any more. */
const baseOf = async (name: string, baseModel: string | undefined): Promise<string> =>
  (await namedModel(name, baseModel).catch(() => undefined))?.base ?? name;
