// Sweeps among the runs of this machine: what was tried, in which settings the trials differ, and what came of each.
// Runs none of them: train/sweep.ts does.
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseJson } from "../../core/json-text.ts";
import {
  followedEvents,
  followedRuns,
  type RunEvent,
  type RunStatus,
  type RunSummary,
} from "../../runs/index.ts";
import { isGroup } from "../config/layers.ts";
import { SWEEP_FILE } from "../train/sweep.ts";

export interface ListedTrial {
  folder: string;
  /** Null for one that has not begun. */
  runId: string | null;
  status: RunStatus | "waiting";
  /** Values of the sweep's parameters, in their order. */
  values: unknown[];
  step: number;
  trainLoss: number | null;
  /** The lowest after the first step. */
  bestLoss: number | null;
  seconds: number | null;
}

export interface ListedSweep {
  name: string;
  folder: string;
  /** Dotted keys in which the trials differ. */
  parameters: string[];
  trials: ListedTrial[];
}

function flatSettings(value: unknown, under = ""): [string, unknown][] {
  if (!isGroup(value)) return [[under, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatSettings(inner, under === "" ? key : `${under}.${key}`),
  );
}

/** Settings of the trials as the folder says; none where it is no sweep's, or cannot be read. */
function trialsIn(folder: string): Map<string, unknown>[] {
  const file = join(folder, SWEEP_FILE);
  if (!existsSync(file)) return [];
  const parsed = parseJson(readFileSync(file, "utf8"));
  const trials = parsed.ok && isGroup(parsed.value) ? parsed.value["trials"] : undefined;
  return Array.isArray(trials) ? trials.map((config) => new Map(flatSettings(config))) : [];
}

const same = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

function parametersOf(trials: readonly Map<string, unknown>[]): string[] {
  const [first] = trials;
  const keys = [...(first?.keys() ?? [])].filter((key) => key !== "output_dir");
  return keys.filter((key) => trials.some((trial) => !same(trial.get(key), first?.get(key))));
}

function bestLoss(events: readonly RunEvent[]): number | null {
  const losses = events.flatMap((event) =>
    event.type === "evaluation-finished" && event.step > 0 ? [event.validationLoss] : [],
  );
  return losses.length === 0 ? null : Math.min(...losses);
}

function trialOf(
  config: Map<string, unknown>,
  parameters: readonly string[],
  runs: ReadonlyMap<string, RunSummary>,
): ListedTrial {
  const written = config.get("output_dir");
  const folder = resolve(typeof written === "string" ? written : "");
  const values = parameters.map((key) => config.get(key) ?? null);
  const run = runs.get(folder);
  if (run === undefined) {
    const nothing = { runId: null, step: 0, trainLoss: null, bestLoss: null, seconds: null };
    return { folder, values, status: "waiting", ...nothing };
  }
  const events = followedEvents(folder);
  const last = events.at(-1);
  const seconds = last?.type === "run-completed" ? (last.seconds ?? null) : null;
  const { runId, status, step, trainLoss } = run;
  return { folder, values, runId, status, step, trainLoss, bestLoss: bestLoss(events), seconds };
}

/**
 * Every sweep of which a run is known, that of the newest run first; before them those whose trials wait in the queue.
 * `waiting`: folders into which runs are going to be trained.
 */
export function listSweeps(waiting: Iterable<string> = []): ListedSweep[] {
  const runs = followedRuns();
  const byFolder = new Map(runs.map((run) => [run.outputDir, run]));
  const begun = new Set(runs.map(({ outputDir }) => dirname(outputDir)));
  const ahead = [...waiting].map((folder) => dirname(folder));
  const folders = new Set([...ahead.filter((folder) => !begun.has(folder)), ...begun]);
  return [...folders].flatMap((folder) => {
    const trials = trialsIn(folder);
    if (trials.length === 0) return [];
    const parameters = parametersOf(trials);
    return {
      ...{ name: basename(folder), folder, parameters },
      trials: trials.map((config) => trialOf(config, parameters, byFolder)),
    };
  });
}
