// A job of the queue that makes rows: tasks, and after each round of them a look at how many rows are missing, for which
// another round is added. The same job is found again by what it is to make, and goes on where it stood.
import { setTimeout as pause } from "node:timers/promises";
import { explainedInJob } from "../../providers/errors.ts";
import { ProviderFailure } from "../../providers/failures.ts";
import { longestWait } from "../../providers/gate.ts";
import {
  addUnits,
  budgetOfJob,
  createJob,
  inTransaction,
  type Job,
  listJobs,
  type NewUnit,
  type Progress,
  progressOf,
  readJob,
  resumeJob,
  retryJob,
  runWorker,
  setBudget,
  type Spending,
  spendingOf,
  type Store,
  UnitFailure,
  type UnitKind,
  unitKinds,
} from "../../store/index.ts";
import { type Asking } from "./ask.ts";
import {
  countRows,
  type Gathered,
  type GatherOptions,
  gatherRows,
  type GatheredRow,
} from "./gather.ts";
import { type MadeRows, makeRows } from "./make-rows.ts";
import { type MakeTask, planTasks, type RequestParts, taskCount } from "./plan.ts";
import { REJECTIONS, type Rejection } from "./row-form.ts";
import type { SaidMessages } from "./same-rows.ts";

/** Rounds beyond those that all rows would take if each answer counted. */
const moreRounds = 8;

/** Rows of one round: a job of many begins at once. */
const roundRows = 20_000;

/** Being killed is no fault of a task's: however often a command is begun again, it goes on. */
const mostAttempts = 1_000_000;

/** Times that a task may fail by its provider, each after all retries. */
const mostFailures = 4;

const roundsFor = (count: number): number => moreRounds + Math.ceil(count / roundRows);

export interface MakeWork {
  /** What makes it the same job as one that was begun before. */
  fingerprint: string;
  title: string;
  /** Rows to make. */
  count: number;
  parts: RequestParts;
  /** Rows that are there already. */
  found: readonly SaidMessages[];
  asking: Asking;
  /** Tasks, and so requests, at once. */
  concurrency: number;
  /** The most that the job may cost, in billionths of a dollar; null: no limit. */
  budget: number | null;
}

export interface MakeRun {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Milliseconds between two looks of the worker. */
  every?: number;
}

export interface MakeOutcome {
  job: Job;
  spending: Spending;
  gathered: Gathered;
  /** The rows once more, as they are gathered. */
  rows(): AsyncGenerator<GatheredRow>;
  /** What stopped the job before its end: a person must mend it. */
  stoppedBy: ProviderFailure | "budget" | undefined;
}

/** Jobs that make rows, whatever they make. */
const jobKind = "making";

/** The kind of its units: only who knows what is to be made can do them. */
const kindOf = (fingerprint: string): string => `make:${fingerprint}`;
const lookOf = (fingerprint: string): string => `make-look:${fingerprint}`;

const gatheringOf = ({ fingerprint, found, count }: MakeWork, jobId: string): GatherOptions => ({
  jobId,
  kind: kindOf(fingerprint),
  found,
  most: count,
});

/** Units of a round: tasks for `count` rows, the first of them number `first`, and a look at what they brought. */
function* unitsOf(
  { parts, fingerprint }: MakeWork,
  { round, count, first }: { round: number; count: number; first: number },
): Generator<NewUnit> {
  const planning = { ...parts.settings, passages: parts.passages.length, first };
  for (const task of planTasks(count, planning)) {
    const stage = 2 * round;
    yield { key: `task-${task.row}`, kind: kindOf(fingerprint), stage, input: task, mostAttempts };
  }
  const input = { round, tasks: first + taskCount(count, planning) };
  const look = { key: `look-${round}`, kind: lookOf(fingerprint), stage: 2 * round + 1, input };
  yield { ...look, mostAttempts };
}

/** Whether a person must mend something, or come back much later. */
export const stopsJob = ({ concernsAll, retryAfter = 0 }: ProviderFailure): boolean =>
  concernsAll || retryAfter > longestWait;

/** A failure of one request, a task's `times`-th, as the queue takes it. */
export function unitFailure(failure: ProviderFailure, times: number): UnitFailure {
  const { message, retryAfter = 0, kind } = failure;
  const pausesJob = stopsJob(failure);
  const isFinal = kind === "rejected" || times >= mostFailures;
  const cause = explainedInJob(failure);
  return new UnitFailure(message, { retryAfter, pausesJob, isFinal, cause });
}

/** Of a task without rows: why answers did not count, whatever their number, so that such tasks can be counted. */
function fruitlessness({ rows, rejected }: MadeRows): { fruitless?: string } {
  if (rows.length > 0) return {};
  const reasons = Object.keys(rejected).map((one) => REJECTIONS[one as Rejection]);
  return { fruitless: reasons.toSorted().join("; ") || "no answer had a row" };
}

class MakeWorker {
  readonly #store: Store;
  readonly #work: MakeWork;
  readonly #jobId: string;
  /** By id of the task's unit. */
  readonly #failures = new Map<number, number>();
  /** Kept for whoever started it: the queue keeps words only. */
  failure: ProviderFailure | undefined;

  constructor(store: Store, work: MakeWork, jobId: string) {
    this.#store = store;
    this.#work = work;
    this.#jobId = jobId;
  }

  get gathering(): GatherOptions {
    return gatheringOf(this.#work, this.#jobId);
  }

  get kinds(): Record<string, UnitKind> {
    const { fingerprint, concurrency } = this.#work;
    return {
      [kindOf(fingerprint)]: {
        concurrency,
        run: async (unit, context) => {
          const { parts, asking } = this.#work;
          try {
            const result = await makeRows(unit.input as MakeTask, parts, asking, context);
            return { result, ...fruitlessness(result) };
          } catch (error) {
            if (!(error instanceof ProviderFailure)) throw error;
            if (stopsJob(error)) this.failure ??= error;
            const times = (this.#failures.get(unit.id) ?? 0) + 1;
            this.#failures.set(unit.id, times);
            throw unitFailure(error, times);
          }
        },
      },
      [lookOf(fingerprint)]: {
        concurrency: 1,
        run: async ({ jobId, input }) =>
          await this.#look(jobId, input as { round: number; tasks: number }),
      },
    };
  }

  /**
   * How many rows are there; the next round, where some are missing and the last one brought any. The job is the unit's:
   * what another process has begun may be done here too.
   */
  async #look(jobId: string, { round, tasks }: { round: number; tasks: number }) {
    const { rows } = await countRows(this.#store, gatheringOf(this.#work, jobId));
    const missing = this.#work.count - rows;
    const result = { rows, missing };
    const isLast = round >= roundsFor(this.#work.count);
    if (missing <= 0 || isLast || rows === (await this.#rowsBefore(jobId, round)))
      // without rows it looks again when they are made again
      return { result, ...(rows === 0 && missing > 0 && { fruitless: "there are no rows" }) };
    const count = Math.min(missing, roundRows);
    const units = unitsOf(this.#work, { round: round + 1, count, first: tasks });
    return {
      result,
      effects: async (db: Store["db"]) => void (await addUnits(this.#store, db, jobId, units)),
    };
  }

  async #rowsBefore(jobId: string, round: number): Promise<number> {
    if (round === 0) return 0;
    const unit = await this.#store.db
      .selectFrom("units")
      .select("result")
      .where("job_id", "=", jobId)
      .where("key", "=", `look-${round - 1}`)
      .executeTakeFirst();
    return (JSON.parse(unit?.result ?? '{"rows":0}') as { rows: number }).rows;
  }
}

/** The newest job that makes this; earlier ones had the fingerprint in their kind. */
async function knownJob(store: Store, fingerprint: string): Promise<Job | undefined> {
  const query = { kind: jobKind, parameters: { fingerprint }, limit: 1 };
  const [known] = await listJobs(store, query);
  if (known !== undefined) return known;
  const [earlier] = await listJobs(store, { kind: kindOf(fingerprint), limit: 1 });
  return earlier;
}

/** One job of what is to be made, also where two processes begin it in the same moment. */
const openJob = async (store: Store, work: MakeWork): Promise<Job> =>
  await inTransaction(store.db, async (db) => await openedJob({ ...store, db }, work));

async function openedJob(store: Store, work: MakeWork): Promise<Job> {
  const known = await knownJob(store, work.fingerprint);
  if (known === undefined || known.status === "cancelled") {
    const count = Math.min(work.count, roundRows);
    const units = unitsOf(work, { round: 0, count, first: 0 });
    const budget = work.budget ?? undefined;
    const parameters = { fingerprint: work.fingerprint };
    const job = { kind: jobKind, title: work.title, parameters, units };
    return await createJob(store, { ...job, ...(budget !== undefined && { budget }) });
  }
  await setBudget(store.db, budgetOfJob(known.id), work.budget);
  if (known.status === "paused") return await resumeJob(store, known.id);
  if (known.status !== "failed") return known;
  const { rows } = await countRows(store, gatheringOf(work, known.id));
  return rows < work.count ? await retryJob(store, known.id) : known;
}

/** Whether this job was begun before. */
export async function hasJob(store: Store, fingerprint: string): Promise<boolean> {
  return (await knownJob(store, fingerprint)) !== undefined;
}

/** Milliseconds between two reports. */
const reportEvery = 500;

/** Tells how far it is until the signal. */
export async function reporting(
  store: Store,
  jobId: string,
  { onProgress }: MakeRun,
  signal: AbortSignal,
): Promise<void> {
  if (onProgress === undefined) return;
  while (!signal.aborted) {
    onProgress(await progressOf(store, jobId));
    await pause(reportEvery, undefined, { signal }).catch(() => undefined);
  }
}

/** Makes the rows, or goes on with making them. Throws what the store throws; the signal ends it without an error. */
export async function makeJob(
  store: Store,
  work: MakeWork,
  run: MakeRun = {},
): Promise<MakeOutcome> {
  const { id } = await openJob(store, work);
  const worker = new MakeWorker(store, work, id);
  const ended = new AbortController();
  const told = reporting(store, id, run, ended.signal);
  try {
    await runWorker(store, unitKinds(worker.kinds), {
      slots: work.concurrency,
      // somebody waits for it: no limit of the queue's own jobs keeps it from beginning, and it takes no place of theirs
      jobs: new Map(),
      untilEnded: id,
      every: run.every ?? 100,
      ...(run.signal !== undefined && { signal: run.signal }),
    });
  } finally {
    ended.abort();
    await told;
  }
  const job = await readJob(store.db, id);
  const isPaused = job.status === "paused";
  return {
    job,
    spending: await spendingOf(store, id),
    gathered: await countRows(store, worker.gathering),
    rows: () => gatherRows(store, worker.gathering),
    stoppedBy: isPaused ? (worker.failure ?? "budget") : undefined,
  };
}
