// Asks the hub again when an attempt failed for a passing reason: how often, after how long, and what is said of it.
// Sends nothing itself.
import { setTimeout as delay } from "node:timers/promises";
import { logger } from "../core/logger.ts";
import { retryAfterSeconds } from "../core/retry-after.ts";
import { formatDuration } from "../core/units.ts";
import { HubFailure } from "./hub-errors.ts";

/** What a connection says of trying again. */
export interface RetryTerms {
  /** Before the second attempt; it doubles from there. */
  retryDelayMs: number;
  signal: AbortSignal | undefined;
}

export interface Patience {
  attempts: number;
  /** Whether the failed attempt brought something: the count then begins anew. */
  progressed?: () => boolean;
}

/** The window of the hub's own limits; for longer nobody waits at a prompt: the hub's wish is then told instead. */
const LONGEST_WAIT_SECONDS = 300;

/** A hub that says nothing is asked fewer times: each of them takes as long as the wait for an answer. */
const SILENT_ATTEMPTS = 2;

const QUOTA = /;\s*r\s*=\s*(\d+)\s*;\s*t\s*=\s*(\d+)/;

/** `RateLimit: "api";r=0;t=55` (draft-ietf-httpapi-ratelimit-headers-09): seconds until the quota is whole again. */
function quotaSeconds(header: string | null): number | undefined {
  const [, left, seconds] = QUOTA.exec(header ?? "") ?? [];
  return Number(left) === 0 ? Number(seconds) : undefined;
}

/** When a server wants to be asked again, in seconds from now, whichever way it says so. */
export function askAgainSeconds(headers: Headers, now: number): number | undefined {
  return (
    retryAfterSeconds(headers.get("retry-after"), now) ?? quotaSeconds(headers.get("ratelimit"))
  );
}

/** Seconds until the next attempt; undefined when there shall be none. */
function waitBefore(
  failure: HubFailure,
  failures: number,
  attempts: number,
  firstDelayMs: number,
): number | undefined {
  const limit = failure.isSilence ? Math.min(attempts, SILENT_ATTEMPTS) : attempts;
  if (!failure.temporary || failures >= limit) return undefined;
  const own = (firstDelayMs * 2 ** (failures - 1)) / 1000;
  const wait = Math.max(own, failure.retryAfter ?? 0);
  return wait > LONGEST_WAIT_SECONDS ? undefined : wait;
}

/** Runs `attempt` again while it fails for a passing reason. */
export async function retrying<T>(
  { retryDelayMs, signal }: RetryTerms,
  { attempts, progressed = () => false }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (progressed()) failures = 1;
      if (!(error instanceof HubFailure)) throw error;
      const wait = waitBefore(error, failures, attempts, retryDelayMs);
      if (wait === undefined) throw error;
      logger().info(`The hub: ${error.message}. Asking again${inSeconds(wait)}`);
      await delay(wait * 1000, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function inSeconds(wait: number): string {
  return wait < 1 ? "" : ` in ${formatDuration(wait)}`;
}
