// How much goes on at once, over all processes: units of a kind, jobs of a kind, jobs at all.
import type { Database } from "../store.ts";

/** What is limited: units of a kind, jobs of a kind, or all jobs. */
export type LimitScope = `units:${string}` | `jobs:${string}` | "jobs";

/** Sets a limit for every process; null takes it away. Of units, the kind's own number holds then. */
export async function setLimit(
  db: Database,
  scope: LimitScope,
  atMost: number | null,
): Promise<void> {
  if (atMost === null) {
    await db.deleteFrom("limits").where("scope", "=", scope).execute();
    return;
  }
  await db
    .insertInto("limits")
    .values({ scope, at_most: atMost })
    .onConflict((conflict) => conflict.column("scope").doUpdateSet({ at_most: atMost }))
    .execute();
}

export async function readLimits(db: Database): Promise<Map<string, number>> {
  const rows = await db.selectFrom("limits").selectAll().execute();
  return new Map(rows.map(({ scope, at_most }) => [scope, at_most]));
}

/** Units of each kind that may begin now; `kinds` gives the number at once where no limit is set. */
export async function freeUnits(
  db: Database,
  kinds: ReadonlyMap<string, number>,
  limits: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const leased = await db
    .selectFrom("units")
    .select(({ fn }) => ["kind", fn.countAll<number>().as("count")])
    .where("status", "=", "leased")
    .groupBy("kind")
    .execute();
  const taken = new Map(leased.map(({ kind, count }) => [kind, count]));
  return new Map(
    [...kinds].map(([kind, own]) => {
      const atMost = limits.get(`units:${kind}`) ?? own;
      return [kind, Math.max(0, atMost - (taken.get(kind) ?? 0))];
    }),
  );
}

/** Which jobs the limits of jobs are about, and how many at once where no limit is set. */
export interface JobsAtOnce {
  /** Kinds with how many of each. Jobs of other kinds count nothing and always have a place. All kinds unless said. */
  jobs?: ReadonlyMap<string, number>;
  /** Of all these kinds together. */
  jobsInAll?: number;
}

/** Tells, job by job, whether one more may begin. */
export class JobPlaces {
  readonly #limits: ReadonlyMap<string, number>;
  readonly #running: Map<string, number>;
  readonly #own: JobsAtOnce;

  private constructor(
    limits: ReadonlyMap<string, number>,
    running: Map<string, number>,
    own: JobsAtOnce,
  ) {
    this.#limits = limits;
    this.#running = running;
    this.#own = own;
  }

  static async count(
    db: Database,
    limits: ReadonlyMap<string, number>,
    own: JobsAtOnce = {},
  ): Promise<JobPlaces> {
    const rows = await db
      .selectFrom("jobs")
      .select(({ fn }) => ["kind", fn.countAll<number>().as("count")])
      .where("status", "=", "running")
      .groupBy("kind")
      .execute();
    const counted = rows.filter(({ kind }) => own.jobs?.has(kind) ?? true);
    return new JobPlaces(limits, new Map(counted.map(({ kind, count }) => [kind, count])), own);
  }

  /** Whether a job of this kind may begin. */
  hasOne(kind: string): boolean {
    const { jobs, jobsInAll = Infinity } = this.#own;
    if (jobs?.has(kind) === false) return true;
    const ofKind = this.#running.get(kind) ?? 0;
    const all = [...this.#running.values()].reduce((a, b) => a + b, 0);
    const atMost = this.#limits.get(`jobs:${kind}`) ?? jobs?.get(kind) ?? Infinity;
    return ofKind < atMost && all < (this.#limits.get("jobs") ?? jobsInAll);
  }

  take(kind: string): void {
    if (this.#own.jobs?.has(kind) === false) return;
    this.#running.set(kind, (this.#running.get(kind) ?? 0) + 1);
  }
}
