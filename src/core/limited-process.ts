// A program that is not trusted to end, run in a folder of its own with a bare environment: watched while it runs, and
// ended with all that it started. No sandbox: it has the rights of whoever runs it.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isAlive, membersOf, otherProcesses } from "./process-group.ts";

export interface ProcessLimits {
  /** On the clock. */
  seconds: number;
  /** Resident, of the program and all that it started together. */
  memoryBytes: number;
  /** Of stdout and stderr together. */
  outputBytes: number;
  /** Of one file that is written. */
  fileBytes: number;
  processes: number;
}

export const usualLimits: ProcessLimits = {
  seconds: 10,
  memoryBytes: 2 ** 30,
  outputBytes: 2 ** 20,
  fileBytes: 2 ** 26,
  processes: 64,
};

/** Why a program was ended before it ended itself. */
export type StopReason = "time" | "memory" | "output" | "processes" | "cancelled";

export interface LimitedEnd {
  /** Exit code; null where a signal ended it. */
  code: number | null;
  signal: string | null;
  stopped?: StopReason;
  stdout: string;
  stderr: string;
}

export interface LimitedProgram {
  /** The program and its arguments. */
  command: readonly string[];
  /** What it reads from stdin. */
  input: string;
  limits: ProcessLimits;
  signal?: AbortSignal | undefined;
}

const lookMilliseconds = 50;
/** Of what is left in its pipes when it has ended. */
const drainMilliseconds = 500;

/** Limits that the system keeps itself, also of what escapes the watch; one that it does not know is left out. */
function shellWords({ command, limits }: LimitedProgram): string[] {
  const { seconds, memoryBytes, fileBytes } = limits;
  const set = [
    "ulimit -c 0",
    `ulimit -t ${Math.ceil(seconds) + 1}`,
    `ulimit -d ${Math.ceil(memoryBytes / 1024)}`,
    `ulimit -f ${Math.ceil(fileBytes / 512)}`,
  ].map((one) => `${one} 2>/dev/null`);
  return ["-c", [...set, 'exec "$0" "$@"'].join("; "), ...command];
}

/** Nothing but what finds programs and says how text is written: no token, no key, no home. */
function bareEnvironment(folder: string, mark: string): NodeJS.ProcessEnv {
  const { PATH = "/usr/local/bin:/usr/bin:/bin", LANG = "C.UTF-8" } = process.env;
  return { PATH, LANG, HOME: folder, TMPDIR: folder, FT_LIMITED: mark };
}

/** Leaders of groups that run now: they go when this process does. */
const running = new Set<number>();

function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // nobody is left in it
  }
}

function killRunning(): void {
  for (const leader of running) killGroup(leader);
}

class Watched {
  readonly #child: ChildProcess;
  readonly #leader: number;
  readonly #mark: string;
  readonly #limits: ProcessLimits;
  readonly #began = performance.now();
  /** Processes that are none of ours. */
  readonly #others: Set<number>;
  #stopped: StopReason | undefined;
  #bytes = 0;
  readonly #texts = { stdout: "", stderr: "" };

  constructor(child: ChildProcess, leader: number, mark: string, limits: ProcessLimits) {
    this.#child = child;
    this.#leader = leader;
    this.#mark = mark;
    this.#limits = limits;
    this.#others = otherProcesses(leader);
    for (const name of ["stdout", "stderr"] as const)
      child[name]?.setEncoding("utf8").on("data", (text: string) => this.#take(name, text));
  }

  #take(name: "stdout" | "stderr", text: string): void {
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > this.#limits.outputBytes) return this.stop("output");
    this.#texts[name] += text;
  }

  stop(reason: StopReason): void {
    this.#stopped ??= reason;
    killGroup(this.#leader);
  }

  look(): void {
    const { seconds, memoryBytes, processes } = this.#limits;
    if (performance.now() - this.#began > seconds * 1000) return this.stop("time");
    const own = membersOf(this.#leader, this.#mark, this.#others);
    const resident = own.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    if (resident > memoryBytes) this.stop("memory");
    else if (own.length > processes) this.stop("processes");
  }

  /** Ends what it started, in its group or out of it. */
  endAll(): void {
    killGroup(this.#leader);
    for (let round = 0; round < 20; round++) {
      const left = membersOf(this.#leader, this.#mark, this.#others).filter(isAlive);
      if (left.length === 0) return;
      for (const { pid } of left) kill(pid);
    }
  }

  async end(): Promise<LimitedEnd> {
    const ended = new Promise<[number | null, string | null]>((resolve, reject) => {
      this.#child.once("exit", (code, signal) => resolve([code, signal]));
      this.#child.once("error", reject);
    });
    const closed = new Promise<void>((resolve) => this.#child.once("close", () => resolve()));
    const timer = setInterval(() => this.look(), lookMilliseconds);
    try {
      const [code, signal] = await ended;
      this.endAll();
      await Promise.race([closed, later(drainMilliseconds)]);
      const stopped = this.#stopped;
      return { code, signal, ...(stopped && { stopped }), ...this.#texts };
    } finally {
      clearInterval(timer);
      this.#child.stdout?.destroy();
      this.#child.stderr?.destroy();
    }
  }
}

const later = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}

/** A folder in a folder: what is written one level above goes, too. */
function scratch(): { outer: string; folder: string } {
  const outer = mkdtempSync(join(tmpdir(), "ft-limited-"));
  const folder = join(outer, "scratch");
  mkdirSync(folder);
  return { outer, folder };
}

function discard(folder: string): void {
  try {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // what a program made unremovable stays in the system's folder for temporary files
  }
}

/** Runs a program to its end, or ends it. Rejects where there is no shell to start it. */
export async function runLimited(program: LimitedProgram): Promise<LimitedEnd> {
  const { input, limits, signal } = program;
  const { outer, folder } = scratch();
  const mark = randomUUID();
  try {
    const env = bareEnvironment(folder, mark);
    const child = spawn("/bin/sh", shellWords(program), { cwd: folder, env, detached: true });
    const { pid: leader = 0 } = child;
    const watched = new Watched(child, leader, mark, limits);
    if (running.size === 0) process.once("exit", killRunning);
    running.add(leader);
    const cancel = (): void => watched.stop("cancelled");
    signal?.addEventListener("abort", cancel, { once: true });
    if (signal?.aborted === true) cancel();
    // a program may end without reading
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    try {
      return await watched.end();
    } finally {
      signal?.removeEventListener("abort", cancel);
      running.delete(leader);
      if (running.size === 0) process.removeListener("exit", killRunning);
    }
  } finally {
    discard(outer);
  }
}
