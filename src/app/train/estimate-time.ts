// How long a run would take, from runs of this machine that are like it. Guesses nothing: without such a run it is unknown.
import { followedEvents, followedRun, followedRuns, type RunSummary } from "../../runs/index.ts";
import { chosenMethod } from "../../train/methods.ts";
import type { RunConfig } from "../config/schema.ts";

export interface TimeEstimate {
  seconds: number;
  /** The run whose pace it is. */
  runId: string;
  tokensPerSecond: number;
  /** Batch size and longest row are the same too. */
  exact: boolean;
}

/** Runs that are looked at, the newest first. */
const most = 12;

interface Pace {
  run: RunSummary;
  tokensPerSecond: number;
  exact: boolean;
}

const middle = (numbers: readonly number[]): number | undefined =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

function paceOf(run: RunSummary, config: RunConfig): Pace[] {
  const speeds = followedEvents(run.outputDir).flatMap((event) =>
    event.type === "step-reported" && Number.isFinite(event.tokensPerSecond)
      ? [event.tokensPerSecond]
      : [],
  );
  const tokensPerSecond = middle(speeds);
  if (tokensPerSecond === undefined || tokensPerSecond <= 0) return [];
  const recorded = followedRun(run.runId).record.config as Partial<RunConfig>;
  const { data, optimization } = recorded;
  const isAlike =
    optimization?.batch_size === config.optimization.batch_size &&
    data?.max_length === config.data.max_length;
  return [{ run, tokensPerSecond, exact: isAlike }];
}

/** `tokens`: that one pass over the rows reads. Undefined where no run of this model and tuning is known. */
export function estimateTime(
  config: RunConfig,
  tokens: number,
  passes: number,
): TimeEstimate | undefined {
  const alike = followedRuns()
    .filter(({ status, model, method }) => {
      const isSameMethod = method === config.method || method === chosenMethod(config).tuning;
      return status !== "missing" && model === config.model.name && isSameMethod;
    })
    .slice(0, most);
  const paces = alike.flatMap((run) => paceOf(run, config));
  const pace = paces.find(({ exact }) => exact) ?? paces[0];
  if (pace === undefined) return undefined;
  const { tokensPerSecond, exact, run } = pace;
  return { seconds: (tokens * passes) / tokensPerSecond, runId: run.runId, tokensPerSecond, exact };
}
