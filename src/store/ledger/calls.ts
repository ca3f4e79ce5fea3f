// Every call that may cost: written down before it is made, with its answer and price when that comes.
// Not the client: what is called, and what it costs, is told by whoever calls.
import { hashJson } from "../../core/canonical-json.ts";
import { type Database, inTransaction, type Store } from "../store.ts";
import type { CallState } from "../tables.ts";
import { reserve, settle } from "./budgets.ts";

/** What makes two calls the same. Whoever wants several answers to one prompt counts them in `parameters`. */
export interface CallContent {
  provider: string;
  model: string;
  parameters: unknown;
  prompt: unknown;
}

/** SHA-256 over what is asked, of whom and how. */
export const callKey = ({ provider, model, parameters, prompt }: CallContent): string =>
  hashJson([provider, model, parameters, prompt]);

export interface NewCall {
  content: CallContent;
  /** Whose call it is; its reservation is given back when the unit's worker is lost. */
  unit?: { id: number; jobId: string; fence: number; worker: string };
  /** Names of budgets that pay, all of them the whole price. */
  budgets?: readonly string[];
  /** The most that it may cost, in billionths of a dollar. */
  most: number;
  /** After so long without an answer it counts as lost; ten minutes unless said. */
  leaseMilliseconds?: number;
}

export type BegunCall =
  | { state: "begun"; id: number; key: string }
  | { state: "answered"; key: string; answer: unknown }
  /** Another worker is asking the same just now. */
  | { state: "in_flight"; key: string };

const DEFAULT_LEASE = 600_000;

/** The answer that is kept for this key, unless its time is over. */
export async function keptAnswer({ db, now }: Store, key: string): Promise<unknown> {
  const row = await db
    .selectFrom("answers")
    .select("answer")
    .where("key", "=", key)
    .where(({ or, eb }) => or([eb("expires_at", "is", null), eb("expires_at", ">", now())]))
    .executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.answer) as unknown);
}

async function inFlight(db: Database, key: string, now: number): Promise<boolean> {
  const call = await db
    .selectFrom("calls")
    .select(["id", "lease_until"])
    .where("key", "=", key)
    .where("state", "=", "in_flight")
    .executeTakeFirst();
  if (call === undefined) return false;
  if (call.lease_until > now) return true;
  await endCall(db, call.id, "lost", { reason: "no answer came in time", at: now });
  return false;
}

/**
 * Writes down that a call is to be made, with its price set aside; or gives the answer that is kept. Throws
 * BudgetExhausted where a budget has not enough left.
 */
export async function beginCall(store: Store, call: NewCall): Promise<BegunCall> {
  const key = callKey(call.content);
  const known = await keptAnswer(store, key);
  if (known !== undefined) return { state: "answered", key, answer: known };
  const now = store.now();
  return await inTransaction(store.db, async (db): Promise<BegunCall> => {
    const meanwhile = await keptAnswer({ ...store, db }, key);
    if (meanwhile !== undefined) return { state: "answered", key, answer: meanwhile };
    if (await inFlight(db, key, now)) return { state: "in_flight", key };
    const budgets = call.budgets ?? [];
    await reserve(db, budgets, call.most);
    const { id } = await db
      .insertInto("calls")
      .values({
        key,
        provider: call.content.provider,
        model: call.content.model,
        state: "in_flight",
        job_id: call.unit?.jobId ?? null,
        unit_id: call.unit?.id ?? null,
        fence: call.unit?.fence ?? null,
        worker: call.unit?.worker ?? null,
        budgets: JSON.stringify(budgets),
        reserved: call.most,
        lease_until: now + (call.leaseMilliseconds ?? DEFAULT_LEASE),
        started_at: now,
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return { state: "begun", id, key };
  });
}

export interface CallEnd {
  spent?: number;
  tokensIn?: number;
  tokensOut?: number;
  reason?: string;
  at: number;
}

/** Ends a call, gives its reservation back, books its price on budgets, job and unit. */
async function endCall(
  db: Database,
  id: number,
  state: Exclude<CallState, "in_flight">,
  { spent = 0, tokensIn = 0, tokensOut = 0, reason, at }: CallEnd,
): Promise<void> {
  const call = await db
    .selectFrom("calls")
    .select(["state", "budgets", "reserved", "job_id", "unit_id"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  await db
    .updateTable("calls")
    .set({
      state,
      spent,
      tokens_in: tokensIn,
      tokens_out: tokensOut,
      reason: reason ?? null,
      ended_at: at,
    })
    .where("id", "=", id)
    .execute();
  const reserved = call.state === "in_flight" ? call.reserved : 0;
  await settle(db, JSON.parse(call.budgets) as string[], { reserved, spent });
  if (spent === 0) return;
  await bookOn(db, "jobs", call.job_id, spent);
  await bookOn(db, "units", call.unit_id, spent);
}

async function bookOn(
  db: Database,
  table: "jobs" | "units",
  id: string | number | null,
  spent: number,
): Promise<void> {
  if (id === null) return;
  await db
    .updateTable(table)
    .set((set) => ({ spent: set("spent", "+", spent) }))
    .where("id", "=", id as never)
    .execute();
}

export interface CallAnswer {
  /** JSON: all that is needed to go on as if it had just come. */
  answer: unknown;
  /** What it cost, in billionths of a dollar. */
  spent: number;
  tokensIn?: number;
  tokensOut?: number;
  /** Milliseconds for which the answer is kept; for ever unless said. */
  timeToLive?: number;
}

/**
 * Books an answer and keeps it, on the disk before this returns. Also for a call that had been given up: it was paid
 * for, and what is there already stays.
 */
export async function answerCall(
  store: Store,
  { id, key }: { id: number; key: string },
  { answer, timeToLive, ...end }: CallAnswer,
): Promise<void> {
  const at = store.now();
  const record = async (db: Database): Promise<void> => {
    const call = await db
      .selectFrom("calls")
      .select("state")
      .where("id", "=", id)
      .executeTakeFirstOrThrow();
    if (call.state !== "in_flight" && call.state !== "lost") return;
    await endCall(db, id, "answered", { ...end, at });
    const values = {
      call_id: id,
      answer: JSON.stringify(answer),
      created_at: at,
      expires_at: timeToLive === undefined ? null : at + timeToLive,
    };
    await db
      .insertInto("answers")
      .values({ key, ...values })
      .onConflict((conflict) => conflict.column("key").doUpdateSet(values))
      .execute();
  };
  await inTransaction(store.db, record, { durable: true });
}

/**
 * The call brought nothing; `spent` where that was paid for all the same, `isLost` where that cannot be told because it
 * was broken off.
 */
export async function failCall(
  store: Store,
  { id }: { id: number },
  { isLost = false, ...end }: Omit<CallEnd, "at"> & { reason: string; isLost?: boolean },
): Promise<void> {
  const state = isLost ? "lost" : "failed";
  await inTransaction(store.db, (db) => endCall(db, id, state, { ...end, at: store.now() }));
}

/** Calls of a unit whose worker is gone: whether they were paid for cannot be told. Gives how many. */
export async function loseCalls(
  db: Database,
  of: { unitId: number; reason: string; at: number },
): Promise<number> {
  const calls = await db
    .selectFrom("calls")
    .select("id")
    .where("unit_id", "=", of.unitId)
    .where("state", "=", "in_flight")
    .execute();
  for (const { id } of calls) await endCall(db, id, "lost", of);
  return calls.length;
}

/** Removes answers whose time is over; what was paid stays written down. Gives how many. */
export async function forgetExpired({ db, now }: Store): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("answers")
    .where("expires_at", "<=", now())
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Removes the kept answers of these keys: they were no use. What was paid for them stays written down. */
export async function forgetAnswersOf(db: Database, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await db.deleteFrom("answers").where("key", "in", keys).execute();
}

/** Removes every kept answer: the next calls are made and paid for again. Gives how many. */
export async function forgetAnswers({ db }: Store): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom("answers").executeTakeFirst();
  return Number(numDeletedRows);
}

export interface Spending {
  /** Calls by how they ended. Lost ones may have been paid for without an answer; they are not in `spent`. */
  calls: Record<CallState, number>;
  /** The most that lost calls may have cost. */
  lostAtMost: number;
  spent: number;
  tokensIn: number;
  tokensOut: number;
}

/** What the calls of a job came to, interrupted tries included; of all jobs where none is named. */
export async function spendingOf({ db }: Store, jobId?: string): Promise<Spending> {
  const rows = await db
    .selectFrom("calls")
    .select(({ fn }) => [
      "state",
      fn.countAll<number>().as("count"),
      fn.sum<number>("spent").as("spent"),
      fn.sum<number>("reserved").as("reserved"),
      fn.sum<number>("tokens_in").as("tokensIn"),
      fn.sum<number>("tokens_out").as("tokensOut"),
    ])
    .$if(jobId !== undefined, (query) => query.where("job_id", "=", jobId as string))
    .groupBy("state")
    .execute();
  const sum = (of: (row: (typeof rows)[number]) => number) =>
    rows.reduce((all, row) => all + of(row), 0);
  const count = (state: CallState) => rows.find((row) => row.state === state)?.count ?? 0;
  return {
    calls: {
      in_flight: count("in_flight"),
      answered: count("answered"),
      failed: count("failed"),
      lost: count("lost"),
    },
    lostAtMost: rows.find(({ state }) => state === "lost")?.reserved ?? 0,
    spent: sum((row) => row.spent),
    tokensIn: sum((row) => row.tokensIn),
    tokensOut: sum((row) => row.tokensOut),
  };
}
