// What happened in a run, in lines for a person: events as words. Steps are no lines of it, their figures are curves.
import { formatDuration } from "../core/units.ts";
import type { RunEvent, RunEventOf } from "./events.ts";

export type LogLevel = "info" | "warn" | "error";
export type LogLine = readonly [LogLevel, string];

type Lines = { [T in RunEvent["type"]]?: (event: RunEventOf<T>) => LogLine };

const figure = (value: number | null): string => (value === null ? "none" : value.toPrecision(5));

const lines: Lines = {
  "run-started": ({ runId, outputDir, totalSteps, resumedFromStep }) => {
    const from = resumedFromStep === null ? "" : ` from step ${resumedFromStep}`;
    return ["info", `run ${runId} in ${outputDir}: ${totalSteps} steps${from}`];
  },
  "step-skipped": ({ step, reason }) => [
    "warn",
    `step ${step}: skipped, the ${reason} was infinite or undefined`,
  ],
  "evaluation-finished": ({ step, validationLoss }) => [
    "info",
    `step ${step}: validation loss ${figure(validationLoss)}`,
  ],
  "test-finished": ({ testLoss }) => ["info", `test loss ${figure(testLoss)}`],
  "checkpoint-saved": ({ step, path }) => ["info", `step ${step}: saved ${path}`],
  notice: ({ level, message }) => [level === "warning" ? "warn" : "info", message],
  "run-stopped": ({ step, checkpointPath }) => [
    "info",
    `stopped after step ${step}; ${checkpointPath ?? "nothing saved"}`,
  ],
  "run-failed": ({ code, message, hint }) => [
    "error",
    `${message}${hint === null ? "" : `; ${hint}`} (${code})`,
  ],
  "run-completed": ({ totalSteps, seconds, finalTrainingLoss, adapterPath }) => {
    const time = seconds === undefined ? "" : ` in ${formatDuration(seconds)}`;
    return [
      "info",
      `${totalSteps} steps${time}, loss ${figure(finalTrainingLoss)}: ${adapterPath}`,
    ];
  },
};

/** Undefined for an event that is no line. */
export function lineOf(event: RunEvent): LogLine | undefined {
  const line = lines[event.type] as ((of: RunEvent) => LogLine) | undefined;
  return line?.(event);
}
