// One unit in the hands of a worker: its kind is run, and how that ended is recorded.
import { FtError } from "../../core/errors.ts";
import { BudgetExhausted } from "../ledger/ledger-errors.ts";
import { paidOnce } from "../ledger/paid-once.ts";
import type { Store } from "../store.ts";
import type { ClaimedUnit } from "./claim.ts";
import { pauseJob } from "./control.ts";
import { logToJob, type PauseReason, recordProgress, type UnitProgress } from "./events.ts";
import { budgetOfJob } from "./jobs.ts";
import { type UnitContext, UnitFailure, type UnitKind } from "./kinds.ts";
import { completeUnit, failUnit, releaseUnit, type UnitFailureFacts } from "./settle.ts";

/** Milliseconds until a unit asks again whether there is budget. */
const budgetDelay = 500;

/** Milliseconds between two notes of a unit's progress. */
const progressEvery = 500;

function progressWriter(store: Store, unit: ClaimedUnit): UnitContext["progress"] {
  let at = 0;
  return async (progress: UnitProgress) => {
    const { done, total, phase } = progress;
    const isLast = done === total && phase === undefined;
    const since = store.now() - at;
    if (since >= 0 && since < progressEvery && !isLast) return;
    at = store.now();
    await recordProgress(
      store,
      { jobId: unit.jobId, unitId: unit.id },
      { key: unit.key, ...progress },
    );
  };
}

/** What an error says beside its message; of one that wraps another, what that says. */
function wordsOf(error: unknown): { code?: string; hint?: string } {
  const told = error instanceof UnitFailure ? error.cause : error;
  if (!(told instanceof FtError)) return {};
  const { code, hint } = told;
  return hint === undefined ? { code } : { code, hint };
}

function contextOf(
  store: Store,
  unit: ClaimedUnit,
  worker: string,
  signal: AbortSignal,
  useless: Set<string>,
): UnitContext {
  const of = { jobId: unit.jobId, unitId: unit.id };
  return {
    signal,
    log: (level, message) => logToJob(store, of, level, message),
    progress: progressWriter(store, unit),
    useless: (key) => void useless.add(key),
    call: ({ isOwn = false, ...request }, make) => {
      const budgets = [budgetOfJob(unit.jobId), ...(request.budgets ?? [])];
      const { id, jobId, key, fence } = unit;
      const { parameters, ...asked } = request.content;
      const content = isOwn
        ? { ...asked, parameters: { parameters, unit: [jobId, key] } }
        : request.content;
      const call = { ...request, content, budgets, unit: { id, jobId, fence, worker } };
      return paidOnce(store, call, () => make(signal), { signal });
    },
  };
}

function failureOf(error: unknown, kind: UnitKind): UnitFailureFacts {
  const reason = error instanceof Error ? error.message : String(error);
  const isFinal = kind.isFinal?.(error) ?? false;
  const told = { reason, ...wordsOf(error) };
  if (!(error instanceof UnitFailure)) return { ...told, isFinal };
  return { ...told, retryAfter: error.retryAfter, isFinal: isFinal || error.isFinal };
}

interface Stop extends PauseReason {
  pauses: boolean;
}

/** What stops more than one unit: whether the job waits for a person, or the unit only a moment. */
function stopOf(error: unknown): Stop | undefined {
  if (error instanceof BudgetExhausted) {
    // calls under way may yet cost less than is set aside for them
    return { pauses: !error.isTemporary, reason: error.message, ...wordsOf(error) };
  }
  if (!(error instanceof UnitFailure) || !error.pausesJob) return undefined;
  return { pauses: true, reason: error.message, ...wordsOf(error) };
}

/** Gives the unit back, this try not counted. */
async function stopped(
  store: Store,
  unit: ClaimedUnit,
  worker: string,
  { pauses, ...why }: Stop,
): Promise<void> {
  await releaseUnit(store, unit, worker, budgetDelay);
  if (!pauses) return;
  await logToJob(store, { jobId: unit.jobId, unitId: unit.id }, "warn", why.reason);
  // a job that was cancelled or has ended meanwhile is not paused
  await pauseJob(store, unit.jobId, why).catch(() => undefined);
}

/** Runs the unit and records how it ended. Throws only what the store throws. */
export async function workOn(
  store: Store,
  kind: UnitKind,
  unit: ClaimedUnit,
  worker: string,
  signal: AbortSignal,
): Promise<void> {
  const useless = new Set<string>();
  let outcome;
  try {
    outcome = await kind.run(unit, contextOf(store, unit, worker, signal, useless));
  } catch (error) {
    const stop = stopOf(error);
    if (stop !== undefined) await stopped(store, unit, worker, stop);
    else if (signal.aborted) await releaseUnit(store, unit, worker);
    else await failUnit(store, unit, worker, failureOf(error, kind));
    return;
  }
  await completeUnit(store, unit, worker, { ...outcome, useless: [...useless] });
}
