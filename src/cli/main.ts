#!/usr/bin/env node
// The program's first module: help and the version from the sheet of a build, anything else from run.ts. Loads nothing
// else by itself, since whatever it loads every command waits for.
import nodeModule from "node:module";
import { answerOf, isBundled, moduleOf, readSheet } from "./sheet.ts";

/** The part that runs commands: bundled for a bundled one, else the modules that the library is made of. */
async function runner(module: string | undefined): Promise<typeof import("./run.ts")> {
  if (module !== undefined && isBundled(module)) return await import("./run.ts");
  const own = new URL(`./run${import.meta.url.slice(-3)}`, import.meta.url);
  return (await import(own.href)) as typeof import("./run.ts");
}

const args = process.argv.slice(2);
const sheet = readSheet();
const answer = sheet === undefined ? undefined : answerOf(sheet, args);
if (answer === undefined) {
  // Node 22 keeps what it compiled; Node 20 has no such cache.
  const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
  enableCompileCache?.();
  const module = sheet === undefined ? undefined : moduleOf(sheet, args);
  const { runProgram } = await runner(module);
  await runProgram(args, module);
} else {
  process.stdout.on("error", () => process.exit());
  process.stdout.write(answer);
}
