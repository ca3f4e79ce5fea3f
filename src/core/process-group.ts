// Which processes belong to one that was started: those of its group, and those that left the group and still carry its
// mark in their environment. Linux tells both; elsewhere the group alone is known.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Member {
  pid: number;
  residentBytes: number;
  isZombie: boolean;
}

const pageBytes = 4096;
const isLinux = process.platform === "linux";

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
};

const pids = (): number[] => readdirSync("/proc").map(Number).filter(Number.isInteger);

function statOf(pid: number): (Member & { group: number }) | undefined {
  const text = read(`/proc/${pid}/stat`);
  // the name before the last parenthesis may hold anything
  const [state, , group, ...rest] = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (state === undefined || group === undefined) return undefined;
  const residentBytes = Number(rest[18]) * pageBytes;
  return { pid, group: Number(group), residentBytes, isZombie: state === "Z" };
}

/** Those that run already and are not its own: they are not looked at again. */
export function otherProcesses(leader: number): Set<number> {
  return new Set(isLinux ? pids().filter((pid) => pid !== leader && pid !== 0) : []);
}

/** Puts what turns out to be none of its own into `others`. */
export function membersOf(leader: number, mark: string, others: Set<number>): Member[] {
  if (!isLinux) return groupOf(leader);
  return pids().flatMap((pid) => {
    if (others.has(pid)) return [];
    const stat = statOf(pid);
    if (stat === undefined) return [];
    if (stat.group === leader || read(`/proc/${pid}/environ`).includes(mark)) return [stat];
    if (!stat.isZombie) others.add(pid);
    return [];
  });
}

function groupOf(leader: number): Member[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,pgid=,rss=,state="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, group, kilobytes, state = ""] = line.trim().split(/\s+/);
    if (Number(group) !== leader) return [];
    const isZombie = state.startsWith("Z");
    return [{ pid: Number(pid), residentBytes: Number(kilobytes) * 1024, isZombie }];
  });
}

/** A zombie is over: only its parent has not looked yet. */
export const isAlive = ({ isZombie }: Member): boolean => !isZombie;
