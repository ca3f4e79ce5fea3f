// The program: reads the command line, runs one command, turns what came of it into an exit code.
// The only file that ends the process.
import { writeSync } from "node:fs";
import { productVersion } from "../app/info.ts";
import { ExitCode, FtError } from "../core/errors.ts";
import { homeUpToDate } from "../core/home-format.ts";
import { logger } from "../core/logger.ts";
import { reasonOf } from "../core/system-errors.ts";
import type { Command } from "./define-command.ts";
import { failureDocument, Io } from "./io.ts";
import { parseCommandLine, type Request } from "./program.ts";
import { failureOf, errorText } from "./report-error.ts";

/** Ends the process when all that was written has left it: pipes are not synchronous everywhere. */
async function exit(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((done) => stream.write("", () => done()));
  }
  process.exit(code);
}

/** First Ctrl-C: the command ends in order, when it can. Second, or a command that cannot: stop now. */
function listenForInterrupt(io: Io): void {
  let asked = false;
  const onSignal = (): void => {
    if (asked || !io.interruptible) process.exit(ExitCode.interrupted);
    asked = true;
    io.note(`\n${io.interruptNote}`);
    io.interrupt();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

/** What the running command talks to. */
let running: Io | undefined;

/** Set once what the command says cannot be written any more. */
let lostOutput = false;

/**
 * A reader that has seen enough (`ft runs list | head`) is no error; a full disk is. What can end in order does: a
 * training run that nobody watches any more saves and stops, as when its terminal closes.
 */
function onOutputError(name: string, error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && !lostOutput) {
    lostOutput = true;
    sayLast(
      `error FT-FILE-${error.code}: ${reasonOf(error) ?? error.message}: ${name} cannot be written`,
    );
  }
  if (running?.interruptible !== true) process.exit(lostOutput ? ExitCode.runFailed : ExitCode.ok);
  running.interrupt();
}

/** Past the streams, one of which has just failed; where stderr is closed too, nobody can be told. */
function sayLast(line: string): void {
  try {
    writeSync(process.stderr.fd, `${line}\n`);
  } catch {
    // nobody listens
  }
}

async function run(request: Extract<Request, { kind: "run" }>): Promise<number> {
  const io = new Io(request.common, process, process.env);
  const started = performance.now();
  listenForInterrupt(io);
  running = io;
  logger().debug("command", { name: request.command.name, version: productVersion() });
  try {
    for (const done of await homeUpToDate(io.environment)) io.note(done);
    const code = (await request.command.run(request.input, io)) ?? ExitCode.ok;
    const seconds = Math.round(performance.now() - started) / 1000;
    logger().debug("finished", { code, seconds });
    return code;
  } catch (thrown) {
    if (io.wasInterrupted && !(thrown instanceof FtError)) return ExitCode.interrupted;
    const error = failureOf(thrown);
    if (io.mode.json) io.tellFailure(error);
    io.talk(errorText(error, io.mode.verbose));
    return error.exitCode;
  }
}

const isCommand = (value: unknown): value is Command =>
  typeof value === "object" && value !== null && "run" in value && "examples" in value;

/** Read with the one command that `module` holds; undefined where it takes all of them to say what is wrong or meant. */
async function readAlone(module: string, args: readonly string[]): Promise<Request | undefined> {
  const loaded = (await import(module)) as object;
  const command = Object.values(loaded).find(isCommand);
  if (command === undefined) return undefined;
  try {
    const options = { version: productVersion(), commands: [command] };
    const request = parseCommandLine(args, options);
    return request.kind === "run" ? request : undefined;
  } catch {
    return undefined;
  }
}

/** Says what was wrong with the command line; its exit code. */
function refuse(thrown: unknown, args: readonly string[]): number {
  const error = failureOf(thrown);
  // One line, so that it is a document and, for who reads the events of a run, a line of JSON as well.
  if (args.includes("--json"))
    process.stdout.write(`${JSON.stringify({ error: failureDocument(error) })}\n`);
  process.stderr.write(`${errorText(error, args.includes("--verbose"))}\n`);
  return error.exitCode;
}

async function end(ended: Promise<number>): Promise<never> {
  process.stdout.on("error", (error) => onOutputError("standard output", error));
  process.stderr.on("error", (error) => onOutputError("standard error", error));
  const code = await ended;
  return exit(lostOutput ? ExitCode.runFailed : code);
}

/** Runs what the command line asks for, all `commands` being there, and ends the process. */
export async function runAny(
  args: readonly string[],
  commands: readonly Command[],
): Promise<never> {
  const ended = async (): Promise<number> => {
    let request: Request;
    try {
      request = parseCommandLine(args, { version: productVersion(), commands });
    } catch (thrown) {
      return refuse(thrown, args);
    }
    if (request.kind === "run") return run(request);
    process.stdout.write(request.text);
    return ExitCode.ok;
  };
  return end(ended());
}

/**
 * Runs the command of `module`, an address, which the command line names; all commands are loaded where there is none or
 * where it alone cannot tell what is meant. Ends the process.
 */
export async function runProgram(
  args: readonly string[],
  module: string | undefined,
): Promise<never> {
  const request = module === undefined ? undefined : await readAlone(module, args);
  if (request?.kind === "run") return end(run(request));
  // By address: bundled, this module has no other commands beside it.
  const all = new URL(`./all-commands${import.meta.url.slice(-3)}`, import.meta.url);
  const { runWithAll } = (await import(all.href)) as {
    runWithAll(args: readonly string[]): Promise<never>;
  };
  return runWithAll(args);
}
