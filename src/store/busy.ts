// Waits for writers of other processes without blocking this one.
import { setTimeout as pause } from "node:timers/promises";
import { isBusy } from "./driver.ts";
import { storeBusy } from "./store-errors.ts";

/** How long a writer waits before it gives up. */
const patienceMilliseconds = 30_000;
const longestPause = 100;

/** Runs `work` again while another process writes. A `work` that fails so must have done nothing. */
export async function whenFree<T>(work: () => T): Promise<T> {
  const giveUpAt = performance.now() + patienceMilliseconds;
  for (let wait = 2; ; wait = Math.min(wait * 2, longestPause)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (performance.now() > giveUpAt) throw storeBusy(patienceMilliseconds / 1000, error);
    }
    // a part of chance, so that those who wait do not all come back at once
    await pause(wait * (0.5 + Math.random()));
  }
}
