// A user's own program that says whether an answer is right: a line of JSON on its stdin, exit code 0 for right, the last
// line that it prints as the reason. Each answer gets a process of its own, with limits.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { extname, resolve } from "node:path";
import { UsageError } from "../../core/errors.ts";
import { hashFile } from "../../core/file-hash.ts";
import {
  type LimitedEnd,
  type ProcessLimits,
  runLimited,
  usualLimits,
} from "../../core/limited-process.ts";
import { expandHome } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import { formatBytes } from "../../core/units.ts";
import { visibleText } from "../../core/visible-text.ts";

/** What a checker reads, as one line. */
export interface CheckRequest {
  /** The row as its file has it. */
  row: unknown;
  prompt: string;
  answer: string;
  references: readonly string[];
  /** Of the row among those asked, from 0. */
  index: number;
  /** Of the answer among those to the row, from 0. */
  sample: number;
}

export interface Check {
  passed: boolean;
  reason: string;
}

const modules = new Set([".js", ".mjs", ".cjs"]);
const typed = new Set([".ts", ".mts", ".cts"]);
const longestReason = 300;

function refused(file: string, message: string, hint: string): UsageError {
  return new UsageError("FT-EVAL-016", { at: { file }, message, hint });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Modules run in this Node.js, anything else by itself. Throws UsageError FT-EVAL-016 for what cannot be run. */
function commandOf(file: string): string[] {
  if (!existsSync(file) || !statSync(file).isFile())
    throw refused(file, "there is no such file", "--checker FILE names a program of your own");
  const kind = extname(file);
  const knowsTypes = "typescript" in process.features && process.features.typescript !== false;
  if (modules.has(kind) || (typed.has(kind) && knowsTypes)) return [process.execPath, file];
  if (typed.has(kind))
    throw refused(
      file,
      `this Node.js (${process.version}) does not run TypeScript`,
      "write the checker as .mjs, or run ft with Node.js 22.18 or later",
    );
  if (isExecutable(file)) return [file];
  throw refused(file, "the file is not executable", `chmod +x ${shellWord(file)}`);
}

const lastLine = (text: string): string | undefined =>
  text
    .split("\n")
    .map((line) => line.trim())
    .findLast((line) => line !== "");

function stopText({ stopped }: LimitedEnd, limits: ProcessLimits): string | undefined {
  if (stopped === undefined) return undefined;
  const texts = {
    time: `it had not ended after ${limits.seconds} s`,
    memory: `it took more than ${formatBytes(limits.memoryBytes)} of memory`,
    output: `it printed more than ${formatBytes(limits.outputBytes)}`,
    processes: `it started more than ${limits.processes} processes`,
    cancelled: "it was cancelled",
  };
  return texts[stopped];
}

export class Checker {
  readonly file: string;
  /** By which another version of it is seen. */
  readonly sha256: string;
  readonly #command: readonly string[];
  readonly #limits: ProcessLimits;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  private constructor(file: string, sha256: string, limits: ProcessLimits, atOnce: number) {
    this.file = file;
    this.sha256 = sha256;
    this.#command = commandOf(file);
    this.#limits = limits;
    this.#free = atOnce;
  }

  /** `atOnce`: how many processes run at a time. Throws UsageError FT-EVAL-016. */
  static async open(
    file: string,
    {
      limits = {},
      atOnce = availableParallelism(),
    }: { limits?: Partial<ProcessLimits>; atOnce?: number } = {},
  ): Promise<Checker> {
    const path = resolve(expandHome(file));
    commandOf(path);
    return new Checker(path, await hashFile(path), { ...usualLimits, ...limits }, atOnce);
  }

  /** Throws UsageError FT-EVAL-016 where it turns out that the checker itself cannot run. */
  async check(request: CheckRequest, signal?: AbortSignal): Promise<Check> {
    await this.#turn();
    try {
      signal?.throwIfAborted();
      const input = `${JSON.stringify(request)}\n`;
      const limits = this.#limits;
      const end = await runLimited({ command: this.#command, input, limits, signal });
      signal?.throwIfAborted();
      return this.#judged(end);
    } finally {
      this.#free += 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    while (this.#free === 0) await new Promise<void>((next) => this.#waiting.push(next));
    this.#free -= 1;
  }

  #judged(end: LimitedEnd): Check {
    const { code, signal, stopped } = end;
    const said = lastLine(end.stdout) ?? lastLine(end.stderr) ?? "";
    // what a shell and env say of a program that is not there, or is none
    if (stopped === undefined && (code === 126 || code === 127))
      throw refused(
        this.file,
        `it cannot be run (exit code ${code}): ${visibleText(said)}`,
        "begin the file with a line such as #!/usr/bin/env python3",
      );
    const how = stopText(end, this.#limits) ?? (signal === null ? undefined : `ended by ${signal}`);
    const reason = visibleText(how ?? said).slice(0, longestReason);
    return { passed: code === 0 && stopped === undefined, reason };
  }
}
