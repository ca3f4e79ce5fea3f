// events.jsonl: appended while a run lives, read by anyone at any time.
// A line that a crash tore is skipped when reading; so are types a newer version may have added.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunEvent } from "./events.ts";

export const EVENTS_FILE = "events.jsonl";

function parseEvent(line: string): RunEvent[] {
  try {
    const parsed = RunEvent.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  } catch {
    return [];
  }
}

/** The events of a run folder in order; empty when there is no log. */
export function readEvents(run: string): RunEvent[] {
  const file = join(run, EVENTS_FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").flatMap(parseEvent);
}
