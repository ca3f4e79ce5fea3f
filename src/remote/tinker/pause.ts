// Waiting between two tries: how long, and that it ends when a person wants to stop.
import { setTimeout as sleep } from "node:timers/promises";
import { retryAfterSeconds } from "../../core/retry-after.ts";

/** Waits so many milliseconds; rejects with the signal's reason. */
export type Pause = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export const pause: Pause = async (milliseconds, signal) => {
  try {
    await sleep(milliseconds, undefined, { ...(signal && { signal }), ref: true });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
};

const firstDelay = 500;
const longestDelay = 10_000;
/** What a service asks for beyond that is not waited for in one go. */
const longestAsked = 60_000;

/** Milliseconds that the service wants between two tries; undefined where it says nothing sensible. */
function askedDelay(headers: Headers | undefined, now: number): number | undefined {
  const own = Number(headers?.get("retry-after-ms") ?? Number.NaN);
  const seconds = retryAfterSeconds(headers?.get("retry-after") ?? null, now);
  const asked = Number.isFinite(own) ? own : seconds === undefined ? Number.NaN : seconds * 1000;
  return asked > 0 && asked <= longestAsked ? asked : undefined;
}

/** Before the try after `tries` that failed: what the service asks for, else 0.5 s doubling up to 10 s, less up to a quarter. */
export function retryDelay(tries: number, headers?: Headers, random = Math.random): number {
  const asked = askedDelay(headers, Date.now());
  if (asked !== undefined) return asked;
  return Math.min(firstDelay * 2 ** Math.min(tries, 20), longestDelay) * (1 - 0.25 * random());
}

/** While polling: 1 s, doubling up to 30 s. */
export const pollDelay = (tries: number): number =>
  Math.min(1000 * 2 ** Math.min(tries, 20), 30_000);
