#!/usr/bin/env node
// The program's first module: help and the version from the sheet of a build, a few commands from modules of their own,
// anything else from run.ts. Loads nothing
// else by itself, since whatever it loads every command waits for.
import nodeModule from "node:module";
import { quickRequest, quickText } from "./quick/quick.ts";
import { answerOf, isBundled, loadQuick, moduleOf, readSheet, type Sheet } from "./sheet.ts";

/** The part that runs commands: bundled for a bundled one, else the modules that the library is made of. */
async function runner(module: string | undefined): Promise<typeof import("./run.ts")> {
  if (module !== undefined && isBundled(module)) return await import("./run.ts");
  const own = new URL(`./run${import.meta.url.slice(-3)}`, import.meta.url);
  return (await import(own.href)) as typeof import("./run.ts");
}

/** What is answered without loading the program; undefined where it takes that. */
async function quickAnswer(sheet: Sheet, args: readonly string[]): Promise<string | undefined> {
  const request = quickRequest(sheet.quick, args, process.env);
  return request === undefined ? undefined : await quickText(request, loadQuick, process.env);
}

/** Who does not read on is no error; a full disk is. */
function endWith({ code, message }: NodeJS.ErrnoException): void {
  if (code === "EPIPE") process.exit();
  process.stderr.write(`error FT-FILE-${code}: ${message}: standard output cannot be written\n`);
  process.exit(1);
}

const args = process.argv.slice(2);
const sheet = readSheet();
// Node 22 keeps what it compiled; Node 20 has no such cache.
const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
const written = sheet === undefined ? undefined : answerOf(sheet, args);
if (written === undefined) enableCompileCache?.();
const answer = written ?? (sheet === undefined ? undefined : await quickAnswer(sheet, args));
if (answer === undefined) {
  const module = sheet === undefined ? undefined : moduleOf(sheet, args);
  const { runProgram } = await runner(module);
  await runProgram(args, module);
} else {
  process.stdout.on("error", endWith);
  process.stdout.write(answer);
}
