// What a job's requests came to, as reports tell it.
import type { Spending } from "../../../store/index.ts";
import { inDollars } from "../../../synth/make/made-record.ts";

export interface Spent {
  /** Requests that went out, of all tries of this job. */
  calls: number;
  callsBy: { answered: number; failed: number; lost: number };
  costUsd: number;
  /** The most that requests may have cost whose end was not seen. */
  lostAtMostUsd: number;
  tokensIn: number;
  tokensOut: number;
  /** Rows for a hundred answers. */
  yieldPer100: number | null;
}

export function spentOn(rows: number, spending: Spending): Spent {
  const { answered, failed, lost } = spending.calls;
  return {
    calls: answered + failed + lost,
    callsBy: { answered, failed, lost },
    costUsd: inDollars(spending.spent),
    lostAtMostUsd: inDollars(spending.lostAtMost),
    tokensIn: spending.tokensIn,
    tokensOut: spending.tokensOut,
    yieldPer100: answered === 0 ? null : Math.round((1000 * rows) / answered) / 10,
  };
}
