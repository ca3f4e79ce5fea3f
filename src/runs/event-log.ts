// events.jsonl: appended while a run lives, read by anyone at any time.
// A line that a crash tore is skipped when reading; so are types a newer version may have added.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunEvent } from "./events.ts";
import { EVENTS_FILE } from "./log-file.ts";

export { EVENTS_FILE };

function parseEvent(line: string): RunEvent[] {
  try {
    const parsed = RunEvent.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

/** A run that went on after a crash did the steps since its checkpoint again: what they said at first does not count. */
function withoutRepeats(events: readonly RunEvent[]): RunEvent[] {
  let counted: RunEvent[] = [];
  for (const event of events) {
    if (event.type === "run-started") counted = upTo(counted, event.resumedFromStep ?? 0);
    counted.push(event);
  }
  return counted;
}

function upTo(events: readonly RunEvent[], step: number): RunEvent[] {
  return events.filter((event) => !("step" in event) || event.step <= step);
}

function loggedEvents(run: string): RunEvent[] {
  const file = join(run, EVENTS_FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").flatMap(parseEvent);
}

/** How many events were written, those of steps that were done again among them. */
export const loggedCount = (run: string): number => loggedEvents(run).length;

/** The events of a run folder in order, each step told once; empty when there is no log. */
export function readEvents(run: string): RunEvent[] {
  return withoutRepeats(loggedEvents(run));
}

/** Seconds of a run from start to last event, summed over the processes that it took; what lies between does not count. */
export function spentSeconds(run: string, now: Date = new Date()): number {
  const events = loggedEvents(run);
  const starts = events.flatMap(({ type }, at) => (type === "run-started" ? [at] : []));
  const times = events.map(({ time }) => Date.parse(time));
  const spent = starts.map((start, which) => {
    const next = starts[which + 1];
    const end = next === undefined ? now.getTime() : (times[next - 1] ?? 0);
    return Math.max(0, end - (times[start] ?? end));
  });
  return spent.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000;
}
