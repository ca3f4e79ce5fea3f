// A worker over every kind of job, in this process: opens the kinds, works until it is told to stop or nothing is left,
// closes them. A job that another worker left unfinished goes on. In a process of its own: worker-host.ts.
import type { Environment } from "../../core/paths.ts";
import { runWorker, setLimit, type Store, type UnitKind, unitKinds } from "../../store/index.ts";
import { withStore } from "../store/with-store.ts";
import { wrongLimit } from "./job-errors.ts";
import { jobKinds } from "./kinds/registry.ts";
import type { OpenKind } from "./kinds/types.ts";

/** Jobs at once where nobody has set a limit. */
export const usualJobsAtOnce = 2;

/** Units at once in one worker. Each kind has its own, lower number. */
const slots = 64;

export interface RunJobsOptions {
  /** Units in hand are stopped and given back; then it ends. */
  signal?: AbortSignal | undefined;
  /** Ends once no job is left that it could do. */
  untilEmpty?: boolean | undefined;
  /** Milliseconds between two looks when there is nothing to do. */
  every?: number | undefined;
  leaseMilliseconds?: number | undefined;
  /** Called once it takes jobs. */
  onReady?: (() => void) | undefined;
}

/** MAX_CONCURRENT_JOBS, where it is set. @throws ConfigError FT-JOB-010 */
export function jobsAtOnceFrom(environment: Environment): number | undefined {
  const given = environment["MAX_CONCURRENT_JOBS"];
  if (given === undefined || given === "") return undefined;
  if (!/^[1-9]\d{0,3}$/.test(given)) throw wrongLimit(given);
  return Number(given);
}

async function openKinds(environment: Environment, store: Store): Promise<OpenKind[]> {
  const open: OpenKind[] = [];
  try {
    for (const name of jobKinds.names()) {
      open.push(await jobKinds.get(name).open({ environment, store }));
    }
    return open;
  } catch (error) {
    await closeKinds(open);
    throw error;
  }
}

async function closeKinds(open: readonly OpenKind[]): Promise<void> {
  await Promise.all(open.map((kind) => kind.close()));
}

/** Whether no job of these kinds could go on now or later by itself. */
async function isEmpty({ db }: Store, kinds: readonly string[]): Promise<boolean> {
  const found = await db
    .selectFrom("jobs")
    .select("id")
    .where("status", "in", ["pending", "running"])
    .where("kind", "in", kinds)
    .limit(1)
    .executeTakeFirst();
  return found === undefined;
}

async function work(
  store: Store,
  open: readonly OpenKind[],
  { signal, untilEmpty = false, every, leaseMilliseconds }: RunJobsOptions,
): Promise<void> {
  const names = jobKinds.names();
  const units: Record<string, UnitKind> = Object.assign({}, ...open.map((kind) => kind.units));
  await runWorker(store, unitKinds(units), {
    slots,
    jobs: new Map(names.map((name) => [name, jobKinds.get(name).jobsAtOnce])),
    jobsInAll: usualJobsAtOnce,
    ...(signal !== undefined && { signal }),
    ...(every !== undefined && { every }),
    ...(leaseMilliseconds !== undefined && { leaseMilliseconds }),
    ...(untilEmpty && { until: () => isEmpty(store, names) }),
  });
}

/**
 * Works on jobs. A unit's errors are its job's; throws what the store throws, what opening a kind throws, and ConfigError
 * FT-JOB-010.
 */
export async function runJobs(
  environment: Environment = process.env,
  options: RunJobsOptions = {},
): Promise<void> {
  const atOnce = jobsAtOnceFrom(environment);
  await withStore(environment, async (store) => {
    if (atOnce !== undefined) await setLimit(store.db, "jobs", atOnce);
    const open = await openKinds(environment, store);
    try {
      options.onReady?.();
      await work(store, open, options);
    } finally {
      await closeKinds(open);
    }
  });
}
