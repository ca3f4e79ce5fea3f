// A model's answers to rows, scored: ft evaluate, as a task. Answers that are in the folder already are not asked again.
import { readTemplate } from "../../../text/index.ts";
import { evaluateModel } from "../../evaluate/evaluate-model.ts";
import type { EvaluationParameters } from "../kinds/evaluation.ts";
import type { Task } from "./types.ts";

export const evaluate: Task<EvaluationParameters> = async (
  { template, ...parameters },
  context,
) => {
  const { signal, progress, log } = context;
  const { warnings, ...evaluation } = await evaluateModel({
    ...parameters,
    ...(template !== undefined && { template: readTemplate(template) }),
    signal,
    onProgress: ({ done, total, secondsLeft }) =>
      progress({ done, total, of: "rows", secondsLeft }),
  });
  for (const warning of warnings) log("warn", warning);
  return evaluation;
};
