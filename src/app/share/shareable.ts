// What can be shared: results of runs, and what merging and exporting have made of them. Reads names and sizes.
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { followedRuns, trainedFolder } from "../../runs/index.ts";
import { listJobs, type Store } from "../../store/index.ts";
import { baseNamedIn } from "../trying/subjects.ts";

export interface Shareable {
  /** Of a run its id, of what a job made the job's. */
  id: string;
  name: string;
  kind: "adapter" | "model" | "file";
  /** "run", or the kind of job that made it. */
  from: string;
  /** Folder, or .gguf file. */
  path: string;
  /** Of an adapter; null for what is whole. */
  base: string | null;
  /** Of a whole model what it was trained from, where that is known. */
  trainedFrom: string | null;
  bytes: number;
  /** ISO 8601 */
  made_at: string;
}

export function bytesAt(path: string): number {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesAt(join(path, name)), 0);
}

function ofRuns(): Shareable[] {
  return followedRuns().flatMap(({ runId, outputDir, status, startedAt, model }): Shareable[] => {
    if (status === "missing" || !existsSync(join(outputDir, "final_model"))) return [];
    const folder = trainedFolder(outputDir);
    const base = baseNamedIn(folder) ?? null;
    const kind = base === null ? "model" : "adapter";
    const about = { id: runId, name: basename(outputDir), kind, from: "run", base } as const;
    const trainedFrom = base === null ? model : null;
    return [{ ...about, trainedFrom, path: outputDir, bytes: bytesAt(folder), made_at: startedAt }];
  });
}

/** Kinds of jobs whose results can be shared. */
const writing = ["merge", "convert", "export"];

/** Most jobs of a kind that are looked through. */
const mostJobs = 200;

interface Made {
  output?: string;
  outputDir?: string;
  /** Of a merge. */
  base?: string;
}

async function ofJobs(store: Store, kind: string): Promise<Shareable[]> {
  const jobs = await listJobs(store, { kind, status: "completed", limit: mostJobs, offset: 0 });
  return jobs.flatMap(({ id, result, finishedAt, createdAt }): Shareable[] => {
    const { output, outputDir = output, base: trainedFrom = null } = (result ?? {}) as Made;
    if (outputDir === undefined || !existsSync(outputDir)) return [];
    const isFile = !lstatSync(outputDir).isDirectory();
    const base = isFile ? null : (baseNamedIn(outputDir) ?? null);
    const made_at = new Date(finishedAt ?? createdAt).toISOString();
    const about = { id, name: basename(outputDir), from: kind, path: outputDir, base, made_at };
    const form = isFile ? "file" : base === null ? "model" : "adapter";
    return [{ ...about, kind: form, trainedFrom, bytes: bytesAt(outputDir) }];
  });
}

/** Newest first; what two jobs wrote at one place is there once. */
export async function shareables(store: Store): Promise<Shareable[]> {
  const kinds = await Promise.all(writing.map(async (kind) => await ofJobs(store, kind)));
  const made = kinds.flat();
  const places = new Map(made.map((one) => [one.path, one]));
  return [...ofRuns(), ...places.values()].toSorted((a, b) => (a.made_at < b.made_at ? 1 : -1));
}

/** @throws UsageError FT-SHARE-001 where there is none. */
export async function shareableOf(store: Store, id: string): Promise<Shareable> {
  const found = (await shareables(store)).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new UsageError("FT-SHARE-001", {
    message: `there is no result ${id.slice(0, 100)} to share`,
    hint: "its folder may have been removed; ft runs list shows runs",
  });
}

/** A place where nothing is yet: beside the run, or under FT_HOME. */
export function freePlace(
  environment: Environment,
  { path, from }: Shareable,
  end: string,
): string {
  const folder = from === "run" ? join(path, "shared") : dirname(path);
  const root = existsSync(dirname(folder)) ? folder : join(ftHome(environment), "shared");
  const name = basename(path).replace(/\.gguf$/, "");
  const [stem, extension] = end.startsWith(".") ? ["", end] : [`-${end}`, ""];
  for (let number = 1; ; number++) {
    const more = number === 1 ? "" : `-${number}`;
    const place = join(root, `${name}${stem}${more}${extension}`);
    if (!existsSync(place)) return place;
  }
}
