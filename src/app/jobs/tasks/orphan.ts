// Ends this process when the one that started it is gone and nothing is heard of here: a task that computes without a pause
// sees no message, no signal and no closed pipe. A thread beside it looks who its parent is.
import { startThread } from "../../../core/work-threads.ts";

export interface OrphanWatch {
  parent: number;
  /** Milliseconds between two looks, and those in which the process may end in order. */
  every: number;
  grace: number;
}

export function endWhenAlone({ every = 1000, grace = 10_000 } = {}): void {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(`./orphan-thread.${isSource ? "ts" : "js"}`, import.meta.url);
  const setup: OrphanWatch = { parent: process.ppid, every, grace };
  startThread(entry, setup).unref();
}
