// `make mac-check`: runs all parts and writes one JSON file, to be pasted into a report. What fails is told in it and
// the others go on. No environment, no token and no home folder is in it.
import { execFileSync, spawnSync } from "node:child_process";
import { homedir, release } from "node:os";
import type { Part } from "./parts.ts";

export interface Told {
  name: string;
  command: string;
  /** null: a signal ended it, or it could not be started. */
  code: number | null;
  seconds: number;
  ok: boolean;
  result?: unknown;
  /** The end of what it said where it failed. */
  said?: string;
}

export interface Report {
  version: 1;
  date: string;
  commit: string;
  system: { platform: string; arch: string; release: string; node: string };
  parts: Told[];
}

/** Lines, and the folder of whoever ran it, are nobody's business. */
const plain = (text: string): string => text.replaceAll(homedir(), "~");

const mostSaid = 2000;

function runPart({ name, command, read }: Part, environment: NodeJS.ProcessEnv): Told {
  const [program = "", ...args] = command;
  const started = performance.now();
  const options = { encoding: "utf8", env: environment, maxBuffer: 1 << 28 } as const;
  const { status: code, stdout, stderr, error } = spawnSync(program, args, options);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const told = { name, command: plain(command.join(" ")), code, seconds };
  const said = plain(`${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`).slice(-mostSaid);
  try {
    const result: unknown = JSON.parse(plain(JSON.stringify(read(stdout))));
    return code === 0 ? { ...told, ok: true, result } : { ...told, ok: false, result, said };
  } catch (thrown) {
    return { ...told, ok: false, said: `${String(thrown)}\n${said}` };
  }
}

function commitHere(): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

export function macReport(
  parts: readonly Part[],
  environment: NodeJS.ProcessEnv = process.env,
  onPart: (told: Told) => void = () => undefined,
): Report {
  const told = parts.map((part) => {
    const one = runPart(part, environment);
    onPart(one);
    return one;
  });
  const { platform, arch, versions } = process;
  return {
    version: 1,
    date: new Date().toISOString(),
    commit: commitHere(),
    system: { platform, arch, release: release(), node: versions.node },
    parts: told,
  };
}
