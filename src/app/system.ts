// How busy this machine is: processors, memory, the disk that data lies on. Numbers of the moment, kept nowhere.
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, freemem, loadavg, totalmem } from "node:os";
import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

export interface MachineLoad {
  cpu: { percent: number; cores: number; load: number };
  memory: { total: number; available: number; used: number; percent: number };
  disk: { path: string; total: number; free: number; used: number; percent: number };
}

interface Ticks {
  busy: number;
  all: number;
}

function ticks(): Ticks {
  const sums = cpus().map(({ times }) => {
    const all = Object.values(times).reduce((a, b) => a + b, 0);
    return { busy: all - times.idle, all };
  });
  return sums.reduce((a, b) => ({ busy: a.busy + b.busy, all: a.all + b.all }), {
    busy: 0,
    all: 0,
  });
}

const percent = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.round((1000 * Math.min(part, whole)) / whole) / 10;

/** Milliseconds over which processors are watched. */
const watched = 100;

async function cpuLoad(): Promise<MachineLoad["cpu"]> {
  const before = ticks();
  await pause(watched);
  const after = ticks();
  const [load = 0] = loadavg();
  const used = percent(after.busy - before.busy, after.all - before.all);
  return { percent: used, cores: availableParallelism(), load: Math.round(load * 100) / 100 };
}

/** What processes can still have: what the system would give up counts as theirs, where it says. */
function memoryLoad(): MachineLoad["memory"] {
  const total = totalmem();
  const available = Math.min(total, process.availableMemory?.() ?? freemem());
  const used = total - available;
  return { total, available, used, percent: percent(used, total) };
}

/** The folder itself, or the nearest above it that is there. */
export function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

async function diskLoad(path: string): Promise<MachineLoad["disk"]> {
  const { blocks, bavail, bfree, bsize } = await statfs(nearestFolder(path));
  const total = blocks * bsize;
  const used = (blocks - bfree) * bsize;
  return { path, total, free: bavail * bsize, used, percent: percent(used, total) };
}

/** Bytes and percents. `folder`: where data lies, or is to. */
export async function describeLoad(folder: string): Promise<MachineLoad> {
  const [cpu, disk] = await Promise.all([cpuLoad(), diskLoad(folder)]);
  return { cpu, memory: memoryLoad(), disk };
}
