#!/usr/bin/env node
// The program: reads the command line, runs one command, turns what came of it into an exit code.
// The only file that ends the process.
import { writeSync } from "node:fs";
import { productVersion } from "../app/info.ts";
import { ExitCode, FtError } from "../core/errors.ts";
import { logger } from "../core/logger.ts";
import { reasonOf } from "../core/system-errors.ts";
import { commands } from "./commands/index.ts";
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
    io.note("\nStopping in order; press Ctrl-C again to stop at once.");
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

async function main(args: readonly string[]): Promise<number> {
  let request: Request;
  try {
    request = parseCommandLine(args, { version: productVersion(), commands });
  } catch (thrown) {
    const error = failureOf(thrown);
    // One line, so that it is a document and, for who reads the events of a run, a line of JSON as well.
    if (args.includes("--json"))
      process.stdout.write(`${JSON.stringify({ error: failureDocument(error) })}\n`);
    process.stderr.write(`${errorText(error, args.includes("--verbose"))}\n`);
    return error.exitCode;
  }
  if (request.kind === "run") return run(request);
  process.stdout.write(request.text);
  return ExitCode.ok;
}

process.stdout.on("error", (error) => onOutputError("standard output", error));
process.stderr.on("error", (error) => onOutputError("standard error", error));

const code = await main(process.argv.slice(2));
await exit(lostOutput ? ExitCode.runFailed : code);
