// One run after another over a table of settings: a grid, a list, or both. Each has a folder of its own; what is done is
// not done again, what was broken off goes on, what fails does not end the rest.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { ConfigError, FtError } from "../../core/errors.ts";
import { parseJson } from "../../core/json-text.ts";
import { asFtError } from "../../core/packed-errors.ts";
import {
  CONFIG_FILE,
  readEvents,
  type RunEvent,
  type RunStatus,
  showRun,
} from "../../runs/index.ts";
import { VALIDATION_LOSS } from "../../train/best.ts";
import { readConfigFile } from "../config/files.ts";
import { isGroup, type RawValues, setAt } from "../config/layers.ts";
import { loadRunConfig } from "../config/load.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { bestBy } from "./check-run.ts";
import { SweepFile } from "./sweep-schema.ts";
import { resumeRun, startRun, type TrainRunOptions } from "./train-run.ts";

/** In a sweep's folder: what is tried there. */
export const SWEEP_FILE = "sweep.json";

/** Settings by dotted key, as one run has them over the base. */
export type TrialSettings = Record<string, unknown>;

export interface Trial {
  /** Folder of the run. */
  folder: string;
  settings: TrialSettings;
  resolved: ResolvedConfig;
}

export interface Sweep {
  folder: string;
  trials: Trial[];
}

export interface TrialResult {
  folder: string;
  settings: TrialSettings;
  status: RunStatus;
  steps: number;
  trainLoss: number | null;
  /** The best evaluation, by `metric`. */
  best: number | null;
  metric: string;
  seconds: number | null;
  error: { code: string; message: string; hint: string | null } | null;
}

/** More runs than anyone waits for; a slip in a grid makes millions, which only to list takes minutes. */
export const mostTrials = 1000;

function requireFew(file: string, { grid, list }: z.infer<typeof SweepFile>): void {
  const sizes = Object.values(grid).map(({ length }) => length);
  const count = sizes.reduce((product, size) => product * size, list?.length ?? 1);
  if (count <= mostTrials) return;
  throw new ConfigError("FT-CONFIG-098", {
    at: { file },
    message: `this makes ${count} runs, and a sweep has at most ${mostTrials}`,
    hint: "fewer values in grid, or several sweeps",
  });
}

/** Every combination, the last key changing first. */
export function combinations(grid: Readonly<Record<string, readonly unknown[]>>): TrialSettings[] {
  return Object.entries(grid).reduce<TrialSettings[]>(
    (before, [key, values]) =>
      before.flatMap((settings) => values.map((value) => ({ ...settings, [key]: value }))),
    [{}],
  );
}

/** `{ lora: { r: 8 } }` and `{ "lora.r": 8 }` are the same. */
function dotted(values: RawValues, under = ""): TrialSettings {
  const pairs = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const path = under === "" ? key : `${under}.${key}`;
    return isGroup(value) ? Object.entries(dotted(value, path)) : [[path, value]];
  });
  return Object.fromEntries(pairs);
}

function nested(settings: TrialSettings): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) setAt(values, key.split("."), value);
  return values;
}

/** `02-learning_rate=0.001-r=8`, in characters that every file system takes. */
export function folderName(index: number, count: number, settings: TrialSettings): string {
  const number = String(index + 1).padStart(String(count).length, "0");
  const parts = Object.entries(settings).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `${key.split(".").at(-1)}=${text}`;
  });
  const name = [number, ...parts].join("-").replace(/[^\w.=-]+/g, "_");
  return name.slice(0, 100);
}

function parsedFile(file: string): z.infer<typeof SweepFile> {
  const { data, error } = SweepFile.safeParse(readConfigFile("config", file).values);
  if (error === undefined) return data;
  throw new ConfigError("FT-CONFIG-070", {
    at: { file },
    message: "this file is not a sweep",
    problems: error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
    hint: "ft train sweep --help shows one",
  });
}

/** Each run has a folder of its own below the sweep's, so a setting cannot name one. */
function requireNoFolders(file: string, all: readonly TrialSettings[]): void {
  if (all.every((settings) => !("output_dir" in settings))) return;
  throw new ConfigError("FT-CONFIG-070", {
    at: { file },
    message:
      "output_dir cannot differ between runs: each has a folder of its own below the sweep's",
    hint: "output_dir at the top of the file, or --output",
  });
}

/** The settings of one trial over the base. Throws ConfigError with all that is wrong. */
function resolveTrial(file: string, base: string | RawValues, values: RawValues): ResolvedConfig {
  const isFile = typeof base === "string";
  return loadRunConfig({
    preset: "start",
    configFile: isFile ? resolve(dirname(file), base) : undefined,
    arguments: isFile ? undefined : nested(dotted(base)),
    flags: { values, originOf: () => "sweep" },
  });
}

/**
 * The trials of a sweep file, all of them checked. `output` takes the place of its own folder.
 * Throws ConfigError: of the file, and of any setting in it.
 */
export function readSweep(file: string, output?: string): Sweep {
  const parsed = parsedFile(file);
  requireFew(file, parsed);
  const { base, grid, list = [{}], output_dir } = parsed;
  const folder = resolve(output ?? output_dir);
  const all = list.flatMap((listed) =>
    combinations(grid).map((chosen) => ({ ...dotted(listed), ...chosen })),
  );
  requireNoFolders(file, all);
  const trials = all.map((settings, index): Trial => {
    const path = join(folder, folderName(index, all.length, settings));
    const values = { ...nested(settings), output_dir: path };
    return { folder: path, settings, resolved: resolveTrial(file, base, values) };
  });
  return { folder, trials };
}

/** What a folder says that was tried there; undefined where that cannot be read. */
function trialsIn(path: string): unknown {
  const parsed = parseJson(readFileSync(path, "utf8"));
  return parsed.ok && isGroup(parsed.value) ? parsed.value["trials"] : undefined;
}

/** Says in the folder what is tried, and refuses a folder in which something else was. */
export async function claimFolder({ folder, trials }: Sweep): Promise<void> {
  const path = join(folder, SWEEP_FILE);
  const tried = trials.map(({ resolved: { config } }) => config);
  if (!existsSync(path)) return await writeJsonAtomic(path, { trials: tried });
  if (JSON.stringify(trialsIn(path)) === JSON.stringify(tried)) return;
  throw new ConfigError("FT-CONFIG-071", {
    at: { file: path },
    message: "this folder holds a sweep of other settings",
    hint: "--output another-folder starts a new one",
  });
}

export function isDone({ folder }: Trial): boolean {
  return existsSync(join(folder, CONFIG_FILE)) && showRun(folder).status === "completed";
}

async function runTrial(trial: Trial, options: TrainRunOptions): Promise<void> {
  if (existsSync(join(trial.folder, CONFIG_FILE))) await resumeRun(trial.folder, options);
  else await startRun(trial.resolved, options);
}

/** The best figure of the evaluations after the first step. */
function bestFigure({ resolved: { config } }: Trial, events: readonly RunEvent[]): number | null {
  const { name, better } = bestBy(config);
  const figures = events.flatMap((event) => {
    if (event.type !== "evaluation-finished" || event.step === 0) return [];
    return (name === VALIDATION_LOSS ? event.validationLoss : event.metrics?.[name]) ?? [];
  });
  if (figures.length === 0) return null;
  return better === "lower" ? Math.min(...figures) : Math.max(...figures);
}

const toldOf = ({ code, message, hint }: FtError): TrialResult["error"] => ({
  ...{ code, message, hint: hint ?? null },
});

/** What came of a trial, as its folder says. */
export function resultOf(trial: Trial, error: FtError | undefined): TrialResult {
  const { folder, settings, resolved } = trial;
  const told = error === undefined ? null : toldOf(error);
  const common = { folder, settings, metric: bestBy(resolved.config).name, error: told };
  if (!existsSync(join(folder, CONFIG_FILE))) {
    const nothing = { steps: 0, trainLoss: null, best: null, seconds: null };
    return { ...common, ...nothing, status: error === undefined ? "missing" : "failed" };
  }
  const { status, step, trainLoss, lastEvent } = showRun(folder);
  const seconds = lastEvent?.type === "run-completed" ? (lastEvent.seconds ?? null) : null;
  const best = bestFigure(trial, readEvents(folder));
  return { ...common, status, steps: step, trainLoss, best, seconds };
}

export interface SweepOptions extends TrainRunOptions {
  onTrial?: (trial: Trial, index: number, count: number, isDone: boolean) => void;
  onResult?: (result: TrialResult) => void;
}

const unexpected = (thrown: unknown): FtError =>
  asFtError(thrown, (details) => new FtError("FT-RUN-UNEXPECTED", details));

/** Runs what is not done yet, in order; ends early when it is asked to stop. The results are in the trials' order. */
export async function runSweep(sweep: Sweep, options: SweepOptions = {}): Promise<TrialResult[]> {
  await claimFolder(sweep);
  const results: TrialResult[] = [];
  const { trials } = sweep;
  for (const [index, trial] of trials.entries()) {
    const done = isDone(trial);
    const isStopped = options.signal?.aborted === true;
    let error: FtError | undefined;
    if (!isStopped) options.onTrial?.(trial, index, trials.length, done);
    if (!done && !isStopped) {
      error = await runTrial(trial, options).then(() => undefined, unexpected);
    }
    results.push(resultOf(trial, error));
    if (!isStopped) options.onResult?.(results.at(-1) as TrialResult);
  }
  return results;
}

/** The best first; those without a figure last, by their training loss. */
export function ranked(results: readonly TrialResult[], better: "lower" | "higher"): TrialResult[] {
  const sign = better === "lower" ? 1 : -1;
  const withFigure = results.filter(({ best }) => best !== null);
  const others = results.filter(({ best }) => best === null);
  const loss = ({ trainLoss }: TrialResult): number => trainLoss ?? Number.MAX_VALUE;
  return [
    ...withFigure.toSorted((a, b) => sign * ((a.best ?? 0) - (b.best ?? 0))),
    ...others.toSorted((a, b) => loss(a) - loss(b)),
  ];
}
