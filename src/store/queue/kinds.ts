// What a worker can do: kinds of units, each one entry. The registry is given to the worker by whoever starts it.
import { Registry } from "../../core/registry.ts";
import type { CallAnswer, NewCall } from "../ledger/calls.ts";
import type { PaidAnswer } from "../ledger/paid-once.ts";
import type { ClaimedUnit } from "./claim.ts";
import type { EventData, UnitProgress } from "./events.ts";
import { unknownKind } from "./queue-errors.ts";
import type { UnitOutcome } from "./settle.ts";

export interface UnitContext {
  /** Aborted when the job is cancelled, the lease is lost or the worker is to end. */
  signal: AbortSignal;
  log(level: EventData["log"]["level"], message: string): Promise<void>;
  /** How far the unit is, for whoever watches: told as often as one likes, written down twice a second at most. */
  progress(progress: UnitProgress): Promise<void>;
  /**
   * A call that is paid once: from the ledger, or made and recorded for this unit and its job's budget. One that `isOwn`
   * is made anew for each unit, though another has asked the same.
   */
  call(
    request: Pick<NewCall, "content" | "most" | "budgets"> & { isOwn?: boolean },
    make: (signal: AbortSignal) => Promise<CallAnswer>,
  ): Promise<PaidAnswer>;
  /**
   * The answer of this key brought nothing. It is kept until the unit is done, so that a unit which is begun again does
   * not pay for it twice, and no longer: nobody else shall be given it.
   */
  useless(key: string): void;
}

export interface UnitKind {
  /** Units of this kind that go on at once in all processes, unless a limit says otherwise. */
  concurrency: number;
  /**
   * Does the unit. May be run again after a crash, from the start: whatever it writes goes into `effects` of what it
   * gives, and whatever it pays for through `context.call`.
   */
  run(unit: ClaimedUnit, context: UnitContext): Promise<UnitOutcome>;
  /** Whether another try would end in the same way. */
  isFinal?(error: unknown): boolean;
  /** Pausing the job stops a unit in hand as well, because it goes on from where it was; else it goes on to its end. */
  stopsWhenPaused?: boolean;
}

/** A failure that says more than its message. */
export class UnitFailure extends Error {
  readonly retryAfter: number;
  readonly isFinal: boolean;
  /** No unit of the job can do better until a person has mended something: the unit is given back, the job paused. */
  readonly pausesJob: boolean;

  /** `retryAfter` in milliseconds. Of a `cause` with a code and a hint, both are kept. */
  constructor(
    reason: string,
    {
      retryAfter = 0,
      isFinal = false,
      pausesJob = false,
      cause,
    }: { retryAfter?: number; isFinal?: boolean; pausesJob?: boolean; cause?: unknown } = {},
  ) {
    super(reason, { cause });
    this.name = "UnitFailure";
    this.retryAfter = retryAfter;
    this.isFinal = isFinal;
    this.pausesJob = pausesJob;
  }
}

export type UnitKinds = Registry<UnitKind>;

export function unitKinds(entries: Readonly<Record<string, UnitKind>>): UnitKinds {
  return new Registry(entries, ({ name, known }) => unknownKind(name, known));
}
