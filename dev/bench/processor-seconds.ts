// Processor time of a process and all that it started, as Linux counts it. NaN elsewhere.
import { readdirSync, readFileSync } from "node:fs";

/** As `getconf CLK_TCK` says on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Ticks {
  pid: number;
  parent: number;
  ticks: number;
}

/** The name of a program may hold blanks and brackets: fields count from the last bracket. */
function ticksOf(pid: number): Ticks | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined; // it has ended meanwhile
  }
}

export function processorSeconds(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  const all = pids.map(ticksOf).filter((one) => one !== undefined);
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const one of all) if (family.has(one.parent)) family.add(one.pid);
  }
  const ticks = all.filter((one) => family.has(one.pid)).reduce((sum, one) => sum + one.ticks, 0);
  return ticks / ticksPerSecond;
}
