// Whether a process that wrote its name somewhere still lives: by id, start and machine, as ids are used again.
// Not a lock: what its death means is for whoever asks.
import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

export interface ProcessIdentity {
  pid: number;
  /** Start of the process as the system tells it; null when unknown. */
  started: string | null;
  host: string;
}

const PS_OPTIONS: ExecFileSyncOptionsWithStringEncoding = {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "ignore"],
};

interface Told {
  /** As ps has it: a letter, and what else the system says of it. */
  state: string;
  /** When the process started, in the system's own words. */
  started: string | undefined;
}

/** What the system tells of a process; undefined when it cannot be told. */
function toldOf(pid: number): Told | undefined {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // the name in parentheses may hold spaces; the state is the first field after it, the start time the 20th
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return { state: fields[0] ?? "", started: fields[19] };
    }
    const said = execFileSync(
      "ps",
      ["-o", "state=", "-o", "lstart=", "-p", String(pid)],
      PS_OPTIONS,
    );
    const [, state = "", started] = /^(\S+)\s+(.+)$/.exec(said.trim()) ?? [];
    return { state, started };
  } catch {
    return undefined;
  }
}

/** Whether there is a process of this id, whichever it is. Of one that may be another's by now, ask `isAlive`. */
export function answers(pid: number): boolean {
  // 0 would be this process and its group
  if (pid === 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Ended, but its parent has not asked how: it answers to its id and writes nothing any more. */
const hasEnded = ({ state }: Told): boolean => /^[ZX]/.test(state);

/** What another process needs to tell later whether this one still lives. */
export function thisProcess(): ProcessIdentity {
  const started = toldOf(process.pid)?.started ?? null;
  return { pid: process.pid, started, host: hostname() };
}

/** Whether the process still lives. One of another machine counts as living. */
export function isAlive(named: ProcessIdentity): boolean {
  if (named.host !== hostname()) return true;
  if (!answers(named.pid)) return false;
  const told = toldOf(named.pid);
  if (told === undefined) return true;
  if (hasEnded(told)) return false;
  const isUnknown = named.started === null || told.started === undefined;
  return isUnknown || told.started === named.started;
}
