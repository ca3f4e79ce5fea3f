// A model's answers to rows, scored: ft evaluate, as a task. Answers that are in the folder already are not asked again.
import { readTemplate } from "../../../text/index.ts";
import { type Evaluation, evaluateModel } from "../../evaluate/evaluate-model.ts";
import { judgeEvaluation } from "../../evaluate/judging/judge-evaluation.ts";
import { noteEvaluation } from "../../evaluate/known-evaluations.ts";
import type { EvaluationParameters } from "../kinds/evaluation.ts";
import type { Task, TaskContext } from "./types.ts";

async function judged(
  found: Evaluation,
  { judge, rubric, output, seed }: EvaluationParameters,
  { signal, progress }: TaskContext,
): Promise<Evaluation> {
  if (judge === undefined || rubric === undefined) return found;
  return await judgeEvaluation(found, {
    ...{ judge, rubric, output, seed, signal },
    onProgress: ({ done, total, secondsLeft }) =>
      progress({ done, total, of: "judgements", secondsLeft }),
  });
}

export const evaluate: Task<EvaluationParameters> = async (
  { template, ...parameters },
  context,
) => {
  const { signal, progress, log } = context;
  const found = await evaluateModel({
    ...parameters,
    ...(template !== undefined && { template: readTemplate(template) }),
    signal,
    onProgress: ({ done, total, secondsLeft }) =>
      progress({ done, total, of: "rows", secondsLeft }),
  });
  const { warnings, ...evaluation } = await judged(found, parameters, context);
  await noteEvaluation(parameters.output);
  for (const warning of warnings) log("warn", warning);
  return evaluation;
};
