// The events of runs for whoever asks again and again while they go on: what was read stays in memory, and only what was
// appended since is read. Trusts the file, which this program writes: an event is not checked field by field, as
// event-log.ts does, because of a long run that costs as much as everything else together.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "./events.ts";
import { EVENT_SCHEMA_VERSION, EVENTS_FILE } from "./log-file.ts";

interface Tail {
  inode: number;
  /** Bytes that were read. */
  size: number;
  /** A line that is not complete yet. */
  rest: Buffer;
  events: RunEvent[];
}

/** Runs whose events are kept. */
const mostRuns = 64;

const tails = new Map<string, Tail>();

function eventOf(line: string): RunEvent | undefined {
  if (line === "") return undefined;
  try {
    const event = JSON.parse(line) as Partial<RunEvent>;
    const isEvent = typeof event.type === "string" && typeof event.time === "string";
    return isEvent && event.schemaVersion === EVENT_SCHEMA_VERSION
      ? (event as RunEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Steps that a run which goes on does again do not count. */
function add(events: RunEvent[], event: RunEvent): RunEvent[] {
  let counted = events;
  if (event.type === "run-started") {
    const from = event.resumedFromStep ?? 0;
    counted = events.filter((one) => !("step" in one) || one.step <= from);
  }
  counted.push(event);
  return counted;
}

function take(tail: Tail, bytes: Buffer): void {
  const all = Buffer.concat([tail.rest, bytes]);
  const end = all.lastIndexOf(10) + 1;
  tail.rest = all.subarray(end);
  for (const line of all.toString("utf8", 0, end).split("\n")) {
    const event = eventOf(line);
    if (event !== undefined) tail.events = add(tail.events, event);
  }
}

function keep(file: string, tail: Tail): void {
  tails.delete(file);
  tails.set(file, tail);
  const [oldest] = tails.keys();
  if (tails.size > mostRuns && oldest !== undefined) tails.delete(oldest);
}

function appended(handle: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from);
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(handle, bytes, read, bytes.length - read, from + read);
    if (count === 0) break;
    read += count;
  }
  return bytes.subarray(0, read);
}

/** As `readEvents`, for the same folder many times. Not to be changed by whoever gets them. */
export function followedEvents(folder: string): readonly RunEvent[] {
  const file = join(folder, EVENTS_FILE);
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return [];
  }
  try {
    const { ino: inode, size } = fstatSync(handle);
    const before = tails.get(file);
    const isSame = before !== undefined && before.inode === inode && before.size <= size;
    const tail = isSame ? before : { inode, size: 0, rest: Buffer.alloc(0), events: [] };
    if (size > tail.size) {
      const bytes = appended(handle, tail.size, size);
      tail.size += bytes.length;
      take(tail, bytes);
    }
    keep(file, tail);
    return tail.events;
  } finally {
    closeSync(handle);
  }
}
