// Runs the program as a person does, in a process of its own, and gives back all that came out.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

export interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

export interface FtOptions {
  cwd?: string;
  input?: string;
  env?: Record<string, string>;
}

/** `ft` with these arguments, from the sources. */
export function ft(args: readonly string[], options: FtOptions = {}): Outcome {
  const program = ["--import", import.meta.resolve("tsx"), resolve(root, "src/cli/main.ts")];
  const result = spawnSync(process.execPath, [...program, ...args], {
    cwd: options.cwd ?? root,
    input: options.input ?? "",
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", HF_HUB_OFFLINE: "1", ...options.env },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
}
