// The compiled program as a user starts it: built once for a test run, then run as its own process.
// Says nothing of what a command should do.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { inject } from "vitest";
import { RunEvent } from "../../src/runs/index.ts";
import { LOCK_FILE } from "../../src/runs/lock.ts";
import { madeOnce } from "./made-once.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pagesFolder = join("studio", "web", sep);

/** Imports name sources; what runs is their JavaScript. */
const sourceImport = /(?<=\b(?:from|import) ?\(?")(\.{1,2}\/[^"]+)\.ts(?=")/g;

/** Types taken away, file by file: what tsc makes of them is looked at by the build and by the checks. */
function compileInto(folder: string): void {
  for (const entry of readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })) {
    const source = join(entry.parentPath, entry.name);
    const name = relative(join(root, "src"), source);
    if (!name.endsWith(".ts") || name.startsWith(pagesFolder)) continue;
    const { code } = transformSync(readFileSync(source, "utf8"), {
      loader: "ts",
      target: "es2022",
    });
    const made = join(folder, name.replace(/ts$/, "js"));
    mkdirSync(dirname(made), { recursive: true });
    writeFileSync(made, code.replace(sourceImport, "$1.js"));
  }
}

/** As a build does; in a process of its own, since esbuild's plugins are not for who cannot wait. */
function bundleIn(folder: string): void {
  const script = join(root, "dev/bundle/main.ts");
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script, folder], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the program cannot be bundled: ${stderr}`);
}

/** Compiles src/ into the folder of this test run, unless an earlier test file has. Returns main.js. */
export function compiledProgram(): string {
  const folder = madeOnce(join(inject("runFolder"), "program"), (making) => {
    compileInto(making);
    bundleIn(making);
  });
  return join(folder, "cli", "main.js");
}

export interface Ended {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the first event on stdout that `matches`; rejects when the program ends without one. */
  event(matches: (event: RunEvent) => boolean): Promise<RunEvent>;
  /** Resolves once stderr holds this text; rejects when the program ends without it. */
  said(text: string): Promise<void>;
}

export interface ProgramOptions {
  /** The folder of this test run unless said. */
  cwd?: string;
  /** What it reads from stdin; nothing unless said. */
  input?: string;
  env?: Record<string, string | undefined>;
}

function parsedLines(text: string): RunEvent[] {
  const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as RunEvent);
}

/** For the compiled program, wherever it is started from. */
export function programEnvironment(): NodeJS.ProcessEnv {
  const addon = join(root, "build/Release/ft_native.node");
  return { ...process.env, NO_COLOR: "1", HF_HUB_OFFLINE: "1", FT_ADDON: addon };
}

/** Starts `ft ...args`, without colors and without asking the hub. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Started {
  const child = spawn(process.execPath, [compiledProgram(), ...args], {
    cwd: options.cwd ?? inject("runFolder"),
    env: { ...programEnvironment(), ...options.env },
  });
  // A program that ends without reading closes the pipe; that is no fault of a test.
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const lookAgain = (): void => {
    for (const look of watchers) look();
  };
  // A chunk may end amid a character.
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => {
    stdout += chunk;
    lookAgain();
  });
  child.stderr.on("data", (chunk: string) => {
    stderr += chunk;
    lookAgain();
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const found = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const what = find();
        if (what === undefined) return;
        watchers.delete(look);
        resolve(what);
      };
      watchers.add(look);
      void ended.then((end) => reject(new Error(`ended with ${end.code}: ${end.stderr}`)));
      look();
    });
  return {
    ...{ process: child, ended },
    event: (matches) => found(() => parsedLines(stdout).find(matches)),
    said: async (text) => void (await found(() => stderr.includes(text) || undefined)),
  };
}

/** Runs `ft ...args` to its end. */
export async function runProgram(
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Ended> {
  return await startProgram(args, options).ended;
}

/** Whether a run has come to this step, for `Started.event`. */
export const isStep = (wanted: number) => (event: RunEvent) =>
  event.type === "step-reported" && event.step >= wanted;

/** The events that `--json` printed; throws when a line is none of the schema. */
export function eventsOf(stdout: string): RunEvent[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => RunEvent.parse(JSON.parse(line)));
}

/** The process that writes a run folder now, as its lock names it. */
export function trainerOf(runFolder: string): number {
  const { pid } = JSON.parse(readFileSync(join(runFolder, LOCK_FILE), "utf8")) as { pid: number };
  return pid;
}

/** The letter that the system has for what a process does; undefined where there is none of this id. */
function stateOf(pid: number): string | undefined {
  if (process.platform === "linux") return statOf(pid)?.state;
  const { stdout } = spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim()[0];
}

/** What Linux tells of a process; undefined where there is none of this id. */
function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // the name before it may hold spaces and parentheses
    const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Whether a process is stopped, as by Ctrl-Z. */
export const isStopped = (pid: number): boolean => stateOf(pid) === "T";

/** Whether a process is there. One that has ended is not, also where nobody has asked how it ended. */
export function isAlive(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && !"ZX".includes(state);
}

/** Processes that a process has started and that live. Quick on Linux, so that they are met at what they do. */
export function childrenOf(pid: number): number[] {
  if (process.platform === "linux") {
    const all = readdirSync("/proc").map(Number).filter(Number.isInteger);
    return all.filter((each) => {
      const stat = statOf(each);
      return stat?.parent === pid && !"ZX".includes(stat.state);
    });
  }
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [child, parent, name = ""] = line.trim().split(/\s+/);
    return Number(parent) === pid && !name.endsWith("ps") ? [Number(child)] : [];
  });
}

/** The words that a process was started with; none where it has ended. */
export function commandOf(pid: number): string {
  try {
    if (process.platform === "linux")
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
  return spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout;
}

/** Ends a process at once, unless it has ended by itself meanwhile. */
export function killHard(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Resolves once `done` is true; rejects after `seconds`, which a machine with much else to do needs as well. */
export async function until(done: () => boolean, seconds = 90): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!done()) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The command that trains a toy of no template of its own for a few steps. */
export function shortTraining(run: {
  model: string;
  rows: string;
  output: string;
  steps: number;
}): string[] {
  const { model, rows, output, steps } = run;
  const options = ["--template", "chatml", "--iters", String(steps), "--output", output];
  return ["train", "start", model, rows, ...options];
}
