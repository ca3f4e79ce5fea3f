// The course of a run in its events: where the last one began, and whether it has come to an end. A run that was resumed
// has several.
import type { RunEvent, RunEventOf } from "./events.ts";

export type EndEvent = RunEventOf<"run-completed" | "run-failed" | "run-stopped">;

const ends: ReadonlySet<string> = new Set<EndEvent["type"]>([
  "run-completed",
  "run-failed",
  "run-stopped",
]);

export const isEndEvent = (event: RunEvent): event is EndEvent => ends.has(event.type);

/** The event with which the last course ended; undefined while it goes on, and where nothing was written at its end. */
export function endOf(events: readonly RunEvent[]): EndEvent | undefined {
  const last = events.findLast(({ type }) => type !== "notice");
  return last !== undefined && isEndEvent(last) ? last : undefined;
}

export const hasEnded = (events: readonly RunEvent[]): boolean => endOf(events) !== undefined;

/** Where the last course begins; 0 where none has begun. */
export const lastCourseAt = (events: readonly RunEvent[]): number =>
  Math.max(
    0,
    events.findLastIndex(({ type }) => type === "run-started"),
  );
