// The compiled program as a user starts it: built once for a test run, then run as its own process.
// Says nothing of what a command should do.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { inject } from "vitest";
import { RunEvent } from "../../src/runs/index.ts";
import { LOCK_FILE } from "../../src/runs/lock.ts";

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
  const folder = join(inject("runFolder"), "program");
  if (!existsSync(folder)) {
    const making = `${folder}.${process.pid}`;
    compileInto(making);
    bundleIn(making);
    // Where another test file was quicker, its programs stand.
    try {
      renameSync(making, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(making, { recursive: true });
    }
  }
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
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    for (const look of watchers) look();
  });
  child.stderr.on("data", (chunk: Buffer) => void (stderr += chunk.toString("utf8")));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const event = (matches: (event: RunEvent) => boolean): Promise<RunEvent> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = parsedLines(stdout).find(matches);
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      void ended.then((end) => reject(new Error(`ended with ${end.code}: ${end.stderr}`)));
      look();
    });
  return { process: child, ended, event };
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

/** Whether a process is stopped, as by Ctrl-Z. */
export function isStopped(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  if (existsSync(stat)) return /\) T /.test(readFileSync(stat, "utf8"));
  const { stdout } = spawnSync("ps", ["-o", "state=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim().startsWith("T");
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves once `done` is true; rejects after `seconds`. */
export async function until(done: () => boolean, seconds: number): Promise<void> {
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
