// A preview of a dataset: its first rows, asked for and paid for as all are, after which the job waits. When somebody
// lets it go on they are the first rows of the set and nobody is asked for them again; discarded, the set goes with them.
import { UsageError } from "../../core/errors.ts";
import type { Environment } from "../../core/paths.ts";
import {
  budgetOfJob,
  cancelJob,
  type Database,
  inTransaction,
  isEnded,
  type Job,
  listUnits,
  readJob,
  resumeJob,
  setBudget,
  setJobParameters,
  type Store,
} from "../../store/index.ts";
import { deleteDataset, platformIdOf } from "../../store/platform/index.ts";
import { submitJob } from "../jobs/submit.ts";
import { datasetOfJob } from "./generation-row.ts";
import { GENERATION, REST } from "./generation-worker.ts";
import { GenerationParameters } from "./parameters.ts";

/** Rows of a preview unless said. */
export const usualPreview = 3;

/**
 * `asking`: its rows are being written. `waiting`: they are there, somebody has to look. `stopped`: it waits for
 * something else to be mended, such as a key. `going-on`: it was let go on. `ended`.
 */
export type PreviewState = "asking" | "waiting" | "stopped" | "going-on" | "ended";

const inNano = (dollars: number): number => Math.round(dollars * 1e9);

export interface PreviewRequest {
  parameters: Omit<GenerationParameters, "preview">;
  rows: number;
  /** Dollars that the whole set may cost. */
  budget?: number | undefined;
}

/** Throws what submitting a job of this kind throws. */
export async function startPreview(
  store: Store,
  { parameters, rows, budget }: PreviewRequest,
  environment: Environment,
): Promise<Job> {
  const preview = Math.min(rows, parameters.count);
  const cap = budget === undefined ? undefined : inNano(budget);
  return await submitJob(
    store,
    GENERATION,
    { ...parameters, preview },
    { environment, budget: cap },
  );
}

async function hasRowsToCome(store: Store, id: string): Promise<boolean> {
  for (const status of ["ready", "leased"] as const) {
    const units = await listUnits(store, id, { status, limit: 2 });
    if (units.some(({ kind }) => kind !== REST)) return true;
  }
  return false;
}

export async function previewState(store: Store, job: Job): Promise<PreviewState> {
  if (isEnded(job.status)) return "ended";
  const { preview } = job.parameters as Partial<GenerationParameters>;
  const isPaused = job.status === "paused";
  if (preview === undefined) return isPaused ? "stopped" : "going-on";
  if (!(await hasRowsToCome(store, job.id))) return "waiting";
  return isPaused ? "stopped" : "asking";
}

function noPreview(job: Job): UsageError {
  return new UsageError("FT-MAKE-015", {
    message: `the job ${job.id} is ${job.status} and is not waiting for approval`,
    hint: "ft jobs list shows every job and what it waits for",
  });
}

function waitingParameters(job: Job): GenerationParameters {
  const parameters = GenerationParameters.parse(job.parameters);
  if (isEnded(job.status) || parameters.preview === undefined) throw noPreview(job);
  return parameters;
}

async function noteCount(db: Database, id: string, parameters: GenerationParameters) {
  const number = (await platformIdOf(db, id)) ?? 0;
  await db
    .updateTable("generation_jobs")
    .set({ examples_requested: parameters.count, parameters: JSON.stringify(parameters) })
    .where("id", "=", number)
    .execute();
}

/**
 * Lets the rows behind the preview begin, `count` in all.
 * @throws UsageError FT-MAKE-015 for a job that waits for no word, or fewer rows than there are.
 */
export async function goOn(
  store: Store,
  id: string,
  { count, budget }: { count?: number | undefined; budget?: number | undefined },
): Promise<Job> {
  return await inTransaction(store.db, async (db) => {
    const within = { ...store, db };
    const { preview = 0, ...kept } = waitingParameters(await readJob(db, id));
    const parameters = { ...kept, count: Math.max(preview, count ?? kept.count) };
    const { domain, subdomain } = parameters;
    const title = `${domain}, ${subdomain}: ${parameters.count} rows`;
    await setJobParameters(db, id, parameters, title);
    await noteCount(db, id, parameters);
    if (budget !== undefined) await setBudget(db, budgetOfJob(id), inNano(budget));
    return await resumeJob(within, id);
  });
}

/**
 * Ends the job and takes its dataset away. What was paid for is in the ledger: the same preview again costs nothing.
 * @throws UsageError FT-MAKE-015.
 */
export async function discardPreview(store: Store, id: string): Promise<void> {
  const job = await readJob(store.db, id);
  waitingParameters(job);
  await cancelJob(store, id);
  const dataset = await datasetOfJob(store.db, id);
  if (dataset !== null) await deleteDataset(store, dataset);
}
