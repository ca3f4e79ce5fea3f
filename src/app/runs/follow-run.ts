// Watches a run by what it writes into its folder, whichever process runs it, and any number of watchers at once: only
// reads, and takes no lock.
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import {
  endedUntold,
  followedEvents,
  hasEnded,
  isEndEvent,
  lastCourseAt,
  lockOwner,
  type RunEvent,
} from "../../runs/index.ts";

interface FollowOptions {
  /** Aborting ends the watching, not the run. */
  signal?: AbortSignal | undefined;
  everyMilliseconds?: number;
  /** How long nobody may hold a run that has not ended: one that crashed may be started once more. */
  patienceMilliseconds?: number;
}

/** Sleeps; false when it was woken to end. */
async function asleep(milliseconds: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await pause(milliseconds, undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

/**
 * The events of the last course of the run in `folder`, to its end; of one that is being resumed, those that come.
 * Throws FT-RUN-017 where it ended without saying how.
 */
export async function* followRun(
  folder: string,
  { signal, everyMilliseconds = 200, patienceMilliseconds = 5000 }: FollowOptions = {},
): AsyncGenerator<RunEvent> {
  let events = followedEvents(folder);
  // Held and ended at once: it is being resumed, and has not begun again.
  const isWaited = lockOwner(folder) !== undefined && hasEnded(events);
  let start = events[lastCourseAt(events)];
  let shown = isWaited ? events.length - lastCourseAt(events) : 0;
  let isTold = false;
  let freeSince: number | undefined;
  for (;;) {
    const isFree = lockOwner(folder) === undefined;
    // After the lock was looked at: what was written before it was given back is there.
    events = followedEvents(folder);
    const at = lastCourseAt(events);
    if (events[at] !== start) {
      start = events[at];
      shown = 0;
    }
    const course = events.slice(at);
    // It was only about to give the folder back: what it did is all there is.
    if (isFree && !isTold && hasEnded(course)) shown = 0;
    for (const event of course.slice(shown)) {
      isTold = true;
      yield event;
      if (isEndEvent(event)) return;
    }
    shown = course.length;
    if (isFree) {
      if (hasEnded(course)) return;
      freeSince ??= Date.now();
      if (!existsSync(folder) || Date.now() - freeSince >= patienceMilliseconds)
        throw endedUntold(folder);
    } else freeSince = undefined;
    if (!(await asleep(everyMilliseconds, signal))) return;
  }
}
