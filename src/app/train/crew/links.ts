// How a worker is started, and what is heard of its process. A worker on this machine is a process of its own; one on
// another machine is the process at the other end of ssh's.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { heard, start, type Shell } from "../../../remote/hosts/shell.ts";

/** A process whose standard input and output are a worker's. */
export interface WorkerLink {
  child: ChildProcess;
  /** Another machine, as a person knows it. */
  host?: string | undefined;
  /** What it said beside, at last. */
  lastWords(): string;
  /** Why ssh came to no worker; undefined: there was one. */
  refusal(code: number | null): Error | undefined;
}

export function startHere(): WorkerLink {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = fileURLToPath(
    new URL(`./worker-process.${isSource ? "ts" : "js"}`, import.meta.url),
  );
  const loader = isSource ? ["--import", import.meta.resolve("tsx")] : [];
  const child = spawn(process.execPath, [...loader, entry], {
    // The terminal's Ctrl-C is for whoever started it.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  return { child, lastWords: heard(child.stderr), refusal: () => undefined };
}

/** `ft` is the command there. */
export function startThere(shell: Shell, ft: string): WorkerLink {
  const child = start(shell, `${ft} train worker`);
  const lastWords = heard(child.stderr);
  return {
    child,
    host: shell.name,
    lastWords,
    refusal: (code) => shell.refusal(code, lastWords()),
  };
}
