// Models beside each other on the same questions: ft benchmark, as a task. Answers that are in the folder already are not
// asked again.
import { benchmark } from "../../evaluate/benchmark.ts";
import { noteEvaluation } from "../../evaluate/known-evaluations.ts";
import type { BenchmarkParameters } from "../kinds/benchmark.ts";
import type { Task } from "./types.ts";

export const compare: Task<BenchmarkParameters> = async (parameters, context) => {
  const { signal, progress, log } = context;
  const { warnings, ...report } = await benchmark({
    ...parameters,
    signal,
    onModel: (name) => log("info", `asking ${name}`),
    onProgress: ({ done, total, secondsLeft }) =>
      progress({ done, total, of: "rows", secondsLeft }),
  });
  await noteEvaluation(parameters.output);
  for (const warning of warnings) log("warn", warning);
  return report;
};
