// How long a unit waits after a failure: twice as long each time, with a part of chance, at most five minutes.

const first = 1000;
const longest = 300_000;

/** Milliseconds after the `attempt`-th failure, from 1. `chance` is of [0, 1). */
export function retryDelay(attempt: number, chance: number = Math.random()): number {
  const full = Math.min(longest, first * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + chance / 2));
}
