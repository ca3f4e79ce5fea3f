// The memory of another process while it lives, and whether the system has ended one for want of memory.
// Linux tells both; elsewhere nothing is known, and said so.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Where Linux counts processes that it ended for want of memory: the machine's, and a container's own of two kinds. */
const counters = [
  "/proc/vmstat",
  "/sys/fs/cgroup/memory.events",
  "/sys/fs/cgroup/memory/memory.oom_control",
];

function killsIn(file: string): number {
  try {
    const match = /^oom_kill (\d+)$/m.exec(readFileSync(file, "utf8"));
    return Number(match?.[1] ?? 0);
  } catch {
    return 0;
  }
}

const kills = (): number => counters.reduce((sum, file) => sum + killsIn(file), 0);

const lookMilliseconds = 500;

/** Looks at a process some times a second, until it is told to stop. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #killsBefore = kills();
  readonly #timer: NodeJS.Timeout;
  /** The most that was resident; null where nobody tells. */
  peakBytes: number | null = null;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => void this.#look(), lookMilliseconds);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const status = await readFile(`/proc/${this.#pid}/status`, "utf8").catch(() => "");
    const match = /^VmHWM:\s*(\d+) kB$/m.exec(status);
    if (match !== null) this.peakBytes = Number(match[1]) * 1024;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whether the system has ended a process for want of memory since this began to look: not which one. */
  hasKilled(): boolean {
    return kills() > this.#killsBefore;
  }
}
