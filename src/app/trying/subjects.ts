// Who can be tried: models on this disk, and what runs have trained, with the checkpoints of each. Reads names and small
// files; opens no weights.
import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { boundedFile } from "../../core/bounded-file.ts";
import { UsageError } from "../../core/errors.ts";
import { parsePythonJson } from "../../core/json-text.ts";
import {
  FINAL_MODEL,
  followedRuns,
  listCheckpoints,
  type RunSummary,
  TRAINED_FOLDER,
  trainedFolder,
} from "../../runs/index.ts";

export interface Subject {
  /** By which it is asked for. */
  id: string;
  /** For people: the model's name, or that of the run. */
  name: string;
  kind: "base" | "adapter" | "model";
  /** What is loaded; two subjects with one base share its process. */
  base: string;
  /** Of the adapter that goes onto the base. */
  adapter: string | null;
  /** Of the run that it is from. */
  run: string | null;
  /** Of the checkpoint; null for a final model. */
  step: number | null;
  /** ISO 8601; null for models that no run made. */
  trained_at: string | null;
}

const configName = "adapter_config.json";
const mostBytes = 1_000_000;

/** The base that an adapter's file names; undefined for what is no adapter. */
export function baseNamedIn(folder: string): string | undefined {
  const file = join(folder, configName);
  if (!existsSync(file)) return undefined;
  const parsed = parsePythonJson(boundedFile(file, mostBytes).toString("utf8"));
  const config = (parsed.ok ? parsed.value : {}) as Record<string, unknown>;
  const named = config["model"] ?? config["base_model_name_or_path"];
  return typeof named === "string" ? named : undefined;
}

/** A path as one, from wherever the run was started; a name stays as it is. */
const asFound = (name: string): string => (existsSync(name) ? resolve(name) : name);

function trainedIn(run: RunSummary): { folder: string; step: number | null; id: string }[] {
  const final = existsSync(join(run.outputDir, FINAL_MODEL))
    ? [{ folder: trainedFolder(run.outputDir), step: null, id: run.runId }]
    : [];
  const checkpoints = listCheckpoints(run.outputDir)
    .toReversed()
    .map(({ step, path }) => ({
      ...{ folder: join(path, TRAINED_FOLDER), step, id: `${run.runId}@${step}` },
    }));
  return [...final, ...checkpoints.filter(({ folder }) => existsSync(folder))];
}

function subjectsOf(run: RunSummary): Subject[] {
  const about = { name: basename(run.outputDir), run: run.runId, trained_at: run.startedAt };
  return trainedIn(run).flatMap(({ folder, step, id }): Subject[] => {
    const base = baseNamedIn(folder);
    if (base !== undefined)
      return [{ id, ...about, kind: "adapter", base: asFound(base), adapter: folder, step }];
    if (!existsSync(join(folder, "config.json"))) return [];
    return [{ id, ...about, kind: "model", base: folder, adapter: null, step }];
  });
}

const baseSubject = (name: string): Subject => ({
  ...{ id: name, name, kind: "base", base: asFound(name), adapter: null },
  ...{ run: null, step: null, trained_at: null },
});

/** Models that were made elsewhere: those of the list of models that can write. */
async function bases(): Promise<string[]> {
  const { listModels } = await import("../models/list-models.ts");
  const models = await listModels(undefined);
  return models
    .filter(({ source, supported }) => supported && source !== "run")
    .map(({ name }) => name);
}

/** Models first, then what runs trained, newest first. Bases that only a run names are there as well. */
export async function trySubjects(): Promise<Subject[]> {
  const trained = followedRuns()
    .filter(({ status }) => status !== "missing")
    .flatMap(subjectsOf);
  const known = await bases();
  const found = new Set(known.map(asFound));
  const named = trained.flatMap(({ kind, base }) =>
    kind === "adapter" && !found.has(base) ? [base] : [],
  );
  return [...[...known, ...new Set(named)].map(baseSubject), ...trained];
}

/** @throws UsageError FT-TRY-001 where one is not there. */
export function subjectNamed(subjects: readonly Subject[], id: string): Subject {
  const found = subjects.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new UsageError("FT-TRY-001", {
    message: `there is no model or run '${id}' to try`,
    hint: "ft models list shows models on this disk, ft runs list shows runs",
  });
}
