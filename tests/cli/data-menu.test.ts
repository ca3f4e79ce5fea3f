// ft data menu in a terminal of its own: keys in, the command's result out, the terminal as it was when it is left.
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { shellWord } from "../../src/core/shell.ts";
import { makeFolder } from "../support/folders.ts";
import { answer, type Answer, CTRL_C, item } from "../support/keys.ts";
import { compiledProgram, programEnvironment } from "../support/program.ts";

// The one of util-linux gives a command a terminal; that of macOS takes other options.
const hasScript = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes(
  "util-linux",
);

async function inTerminal(
  answers: readonly Answer[],
): Promise<{ code: number | null; shown: string }> {
  const cwd = makeFolder();
  const program = `${shellWord(process.execPath)} ${shellWord(compiledProgram())} data menu`;
  const command = `stty cols 120 rows 40; ${program}; code=$?; stty -a | grep -o '.\\?icanon'; exit $code`;
  const env = { ...programEnvironment(), FT_HOME: join(cwd, "home"), TERM: "xterm" };
  const child = spawn("script", ["-qec", command, "/dev/null"], { cwd, env });
  let shown = "";
  child.stdout.on("data", (part: Buffer) => void (shown += part.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await answer(
    () => shown,
    (keys) => void child.stdin.write(keys),
    answers,
  );
  return { code: await ended, shown };
}

test.skipIf(!hasScript)("a command is chosen, run, and the menu left with Ctrl-C", async () => {
  const { code, shown } = await inTerminal([
    { after: "What is to be done?", keys: item(1) },
    { after: "Look at sets", keys: item(1) },
    { after: "$ ft data prices", keys: item(0) },
    { after: "What is to be done?", keys: CTRL_C },
  ]);
  expect(shown).toContain("gpt-");
  expect(code).toBe(130);
  // the terminal reads lines again
  expect(shown.trimEnd()).toMatch(/[^-]icanon$/);
});
