// How many rows a service takes, before any is made: a number asked for above it is capped, and told.
import { limitsOf, type LimitTable } from "./limits.ts";

/** What a row may be taken to have at least, where only bytes or tokens are limited. */
const leastOfARow = { bytes: 100, tokens: 20 };

export interface CappedCount {
  count: number;
  /** Why fewer than asked for; absent where all are taken. */
  message?: string;
}

/** Rows that `profile` takes at most; undefined where nothing limits them. */
export function mostRows(
  table: LimitTable,
  profile: string,
): { count: number; because: string } | undefined {
  const { maxRecords, totalTokens, maxFileBytes } = limitsOf(table, profile).limits;
  const bounds = [
    maxRecords && { count: maxRecords.value, because: `the limit is ${maxRecords.value} rows` },
    totalTokens && {
      count: Math.floor(totalTokens.value / leastOfARow.tokens),
      because: `the limit is ${totalTokens.value} tokens in total, and a row has at least ${leastOfARow.tokens}`,
    },
    maxFileBytes && {
      count: Math.floor(maxFileBytes.value / leastOfARow.bytes),
      because: `the limit is ${maxFileBytes.value} bytes per file, and a row has at least ${leastOfARow.bytes}`,
    },
  ].filter((bound) => bound !== undefined);
  return bounds.toSorted((a, b) => a.count - b.count)[0];
}

/** `asked`, or the most that the service takes with the reason. Throws UsageError FT-PROFILE-001. */
export function cappedCount(table: LimitTable, profile: string, asked: number): CappedCount {
  const most = mostRows(table, profile);
  if (most === undefined || asked <= most.count) return { count: asked };
  return {
    count: most.count,
    message: `${asked} rows were requested, ${most.count} will be made: ${profile}: ${most.because}`,
  };
}
