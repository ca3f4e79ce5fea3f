// A POSIX shell somewhere: what is run in it, what it says, how it is fed. Knows neither runs nor ssh's errors.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { FtError } from "../../core/errors.ts";

/** Where scripts run. */
export interface Shell {
  /** As it is told to a person. */
  name: string;
  /** The program and its arguments that run a script there. */
  command(script: string): readonly string[];
  /** What kept a script from being run at all; undefined: it ran. */
  refusal(code: number | null, stderr: string): FtError | undefined;
}

export interface Said {
  /** null: a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Of what a script says; more is cut off in front. */
const mostText = 2 ** 20;

/** One word of a POSIX shell, whatever it holds. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export function start(shell: Shell, script: string, signal?: AbortSignal): ChildProcess {
  const [program = "", ...args] = shell.command(script);
  return spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], ...(signal && { signal }) });
}

/** Keeps the end of what a stream says. */
export function heard(stream: Readable | null): () => string {
  let text = "";
  stream?.setEncoding("utf8");
  stream?.on("data", (part: string) => void (text = (text + part).slice(-mostText)));
  return () => text;
}

export async function endOf(child: ChildProcess): Promise<number | null> {
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
}

/** Runs a script to its end. @throws FtError of the shell when it could not be run; what the script says is returned. */
export async function run(
  shell: Shell,
  script: string,
  input: string | Readable = "",
): Promise<Said> {
  const child = start(shell, script);
  const out = heard(child.stdout);
  const err = heard(child.stderr);
  const ended = endOf(child);
  // A script that ends without reading breaks the pipe; its code says why.
  const fed =
    child.stdin === null
      ? Promise.resolve()
      : pipeline(typeof input === "string" ? [input] : input, child.stdin).catch(() => undefined);
  const code = await ended;
  if (typeof input !== "string") input.destroy();
  await fed;
  const stderr = err();
  const refused = shell.refusal(code, stderr);
  if (refused !== undefined) throw refused;
  return { code, stdout: out(), stderr };
}

/** The last lines of what was said, in one. */
export const lastWords = (text: string, lines = 3): string =>
  text
    .trim()
    .split("\n")
    .slice(-lines)
    .map((line) => line.trim())
    .join(" | ") || "it said nothing";
