// The job that judges a set: made once, and found again by the same command, whatever became of the process before.
import {
  budgetOfJob,
  createJob,
  type Job,
  listJobs,
  resumeJob,
  retryJob,
  setBudget,
  type Store,
} from "../../store/index.ts";
import type { RowToJudge } from "./judge-row.ts";
import type { QualityParameters } from "./parameters.ts";
import { rowUnits } from "./rows-to-judge.ts";

/** Of jobs, whoever makes them. */
const QUALITY = "quality";

export interface NewQualityJob {
  rows: readonly RowToJudge[];
  parameters: QualityParameters;
  title: string;
  /** Dollars. */
  budget: number | undefined;
}

/** Jobs looked through at once. */
const page = 100;

/** The job that the same command made before; one that was cancelled is not gone on with. */
export async function knownJob(store: Store, fingerprint: string): Promise<Job | undefined> {
  for (let offset = 0; ; offset += page) {
    const jobs = await listJobs(store, { kind: QUALITY, limit: page, offset });
    const found = jobs.find(
      ({ parameters, status }) =>
        status !== "cancelled" &&
        (parameters as Partial<QualityParameters>).fingerprint === fingerprint,
    );
    if (found !== undefined || jobs.length < page) return found;
  }
}

const inNano = (dollars: number): number => Math.round(dollars * 1e9);

export async function openJob(
  store: Store,
  { rows, parameters, title, budget }: NewQualityJob,
): Promise<Job> {
  const cap = budget === undefined ? null : inNano(budget);
  const known = await knownJob(store, parameters.fingerprint);
  if (known === undefined) {
    const job = { kind: QUALITY, title, parameters, units: rowUnits(rows) };
    return await createJob(store, { ...job, ...(cap !== null && { budget: cap }) });
  }
  await setBudget(store.db, budgetOfJob(known.id), cap);
  if (known.status === "paused") return await resumeJob(store, known.id);
  return known.status === "failed" ? await retryJob(store, known.id) : known;
}
