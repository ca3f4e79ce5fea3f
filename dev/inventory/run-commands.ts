// Runs the commands that rows name, one after another: each from the root of the clone, with `ft` on the path, $OUT an
// empty folder, a home of its own, and a limit of time after which it and its children are ended.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Outcome, tailOf } from "./outcome.ts";

/** A folder for the path, with the program of this clone as `ft`. */
function makeBin(scratch: string): string {
  const bin = path.join(scratch, "bin");
  mkdirSync(bin, { recursive: true });
  const program = path.resolve("dist/cli/main.js");
  writeFileSync(path.join(bin, "ft"), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(path.join(bin, "ft"), 0o755);
  return bin;
}

function environment(scratch: string, out: string): NodeJS.ProcessEnv {
  // What an outer make hands down would steer an inner one.
  const { MAKEFLAGS: _, MAKELEVEL: _level, MFLAGS: _flags, ...outside } = process.env;
  return {
    ...outside,
    PATH: `${makeBin(scratch)}:${outside["PATH"] ?? ""}`,
    OUT: out,
    FT_HOME: path.join(out, ".home"),
    NO_COLOR: "1",
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

interface Ended {
  code: number | null;
  text: string;
}

function runShell(command: string, env: NodeJS.ProcessEnv, seconds: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn("bash", ["-euo", "pipefail", "-c", command], {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text = (text + chunk).slice(-20_000);
      });
    }
    const end = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    // A group of its own does not hear Ctrl-C.
    const interrupt = (): void => {
      end();
      process.exit(130);
    };
    for (const signal of signals) process.on(signal, interrupt);
    const limit = setTimeout(() => {
      text += `\nended after ${seconds} s`;
      end();
    }, seconds * 1000);
    child.on("close", (code) => {
      clearTimeout(limit);
      for (const signal of signals) process.off(signal, interrupt);
      resolve({ code, text });
    });
  });
}

/** Runs one command for at most `seconds`; what it leaves in $OUT is removed. */
export async function runCommand(
  command: string,
  seconds: number,
  scratch: string,
): Promise<Outcome> {
  const out = mkdtempSync(path.join(scratch, "out-"));
  const started = performance.now();
  const { code, text } = await runShell(command, environment(scratch, out), seconds);
  rmSync(out, { recursive: true, force: true });
  const output = code === 0 ? "" : tailOf(`${text.trimEnd()}\n(exit code ${code})`);
  return { passed: code === 0, seconds: (performance.now() - started) / 1000, output };
}
