// What happened to jobs, in order, with ids that only grow: a reader who was away goes on after the last id it saw.
// Not progress, which is counted where it is asked for (progress.ts).
import { setTimeout as pause } from "node:timers/promises";
import { type Database, inTransaction, type Store } from "../store.ts";

/** How far one unit is by itself. */
export interface UnitProgress {
  done: number;
  total: number;
  /** What is counted: steps, rows, bytes. */
  of: string;
  secondsLeft: number | null;
  /** What is being done while nothing is counted. */
  phase?: string;
  /** What else is known now, by name: the loss, for one. */
  figures?: Record<string, number | null>;
}

/** Why a unit ended as it did; code and hint where the failure has them. */
interface Reason {
  reason: string;
  code?: string;
  hint?: string;
}

/** What somebody has to mend before the job goes on. */
export type PauseReason = Reason;

/** Fields are only ever added. */
export interface EventData {
  "job-created": { kind: string; units: number };
  "job-started": Record<never, never>;
  "job-stage": { stage: number };
  /** Empty where somebody asked for it. */
  "job-paused": Partial<PauseReason>;
  "job-resumed": Record<never, never>;
  "job-retried": { units: number };
  "job-cancelled": { units: number };
  "job-completed": { done: number };
  "job-failed": { done: number; failed: number; reason: string };
  "units-added": { units: number };
  "unit-done": { key: string; attempt: number; done: number; total: number; spent: number };
  /** Tried again after `delay` milliseconds. */
  "unit-retried": { key: string; attempt: number; delay: number } & Reason;
  "unit-failed": { key: string; attempt: number } & Reason;
  /** Of a unit only the last one is kept. */
  "unit-progress": { key: string } & UnitProgress;
  /** Whoever had it is gone; `calls` were in flight, and may have been paid for without an answer. */
  "unit-lost": { key: string; worker: string; reason: string; calls: number };
  /** A result that came after its lease had gone to another worker. */
  "unit-rejected": { key: string; worker: string };
  "unit-released": { key: string; worker: string };
  log: { level: "debug" | "info" | "warn" | "error"; message: string };
}

export type EventType = keyof EventData;

export type JobEvent = {
  [T in EventType]: {
    id: number;
    jobId: string;
    unitId: number | null;
    at: number;
    type: T;
    data: EventData[T];
  };
}[EventType];

/** Records an event; part of the transaction that does what it tells. */
export async function recordEvent<T extends EventType>(
  db: Database,
  at: number,
  of: { jobId: string; unitId?: number | undefined },
  type: T,
  data: EventData[T],
): Promise<void> {
  const { jobId, unitId = null } = of;
  const values = { job_id: jobId, unit_id: unitId, at, type, data: JSON.stringify(data) };
  await db.insertInto("events").values(values).execute();
}

export interface EventQuery {
  /** Events after this id; 0 for all. */
  after?: number;
  jobId?: string;
  /** Of these types alone. */
  types?: readonly EventType[];
  limit?: number;
}

/** Events in order, at most `limit` (1,000 unless said). */
export async function eventsAfter(
  { db }: Store,
  { after = 0, jobId, types, limit = 1000 }: EventQuery = {},
): Promise<JobEvent[]> {
  const rows = await db
    .selectFrom("events")
    .selectAll()
    .where("id", ">", after)
    .$if(jobId !== undefined, (query) => query.where("job_id", "=", jobId as string))
    .$if(types !== undefined, (query) => query.where("type", "in", types as EventType[]))
    .orderBy("id")
    .limit(limit)
    .execute();
  return rows.map(
    ({ id, job_id, unit_id, at, type, data }) =>
      ({ id, jobId: job_id, unitId: unit_id, at, type, data: JSON.parse(data) }) as JobEvent,
  );
}

/** The id of the newest event, from which on one may follow; 0 where there is none. */
export async function lastEventId({ db }: Store, jobId?: string): Promise<number> {
  const last = await db
    .selectFrom("events")
    .select("id")
    .$if(jobId !== undefined, (query) => query.where("job_id", "=", jobId as string))
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return last?.id ?? 0;
}

export interface FollowOptions extends EventQuery {
  signal?: AbortSignal;
  /** Milliseconds between two looks. */
  every?: number;
}

/** Events as they come, those after `after` first, until the signal. */
export async function* followEvents(
  store: Store,
  { signal, every = 200, ...query }: FollowOptions = {},
): AsyncGenerator<JobEvent> {
  let after = query.after ?? 0;
  while (signal?.aborted !== true) {
    const events = await eventsAfter(store, { ...query, after });
    for (const event of events) {
      yield event;
      after = event.id;
    }
    if (events.length > 0) continue;
    await pause(every, undefined, { signal }).catch(() => undefined);
  }
}

/** Tells how far a unit is, in the place of what was told of it before. */
export async function recordProgress(
  { db, now }: Store,
  of: { jobId: string; unitId: number },
  data: EventData["unit-progress"],
): Promise<void> {
  await inTransaction(db, async (transaction) => {
    await transaction
      .deleteFrom("events")
      .where("job_id", "=", of.jobId)
      .where("unit_id", "=", of.unitId)
      .where("type", "=", "unit-progress")
      .execute();
    await recordEvent(transaction, now(), of, "unit-progress", data);
  });
}

/** A line of a job's log. */
export async function logToJob(
  { db, now }: Store,
  of: { jobId: string; unitId?: number | undefined },
  level: EventData["log"]["level"],
  message: string,
): Promise<void> {
  await inTransaction(db, (turn) => recordEvent(turn, now(), of, "log", { level, message }));
}
