// What to say, and what to do, when the process that trains died without a word: killed, crashed, or ended from outside.
// Judges by the signal alone; errors that the trainer could still tell come to the caller as they are.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { FtError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import type { Death } from "../../core/supervisor.ts";
import { CONFIG_FILE } from "../../runs/index.ts";

interface Cause {
  /** Behind "ended by SIGKILL". */
  likely: string;
  /** What helps, beside going on from a checkpoint. */
  mend: string;
}

const LESS_MEMORY = "a smaller --batch-size or --max-length needs less memory";

const KILLED: Cause = { likely: " (often: out of memory)", mend: LESS_MEMORY };
const CRASHED: Cause = {
  likely: " (a crash in native code, or memory that could not be had)",
  mend: `${LESS_MEMORY}; if it is none of that, report it with the output of ft info`,
};
const ASKED: Cause = { likely: " (somebody ended it)", mend: "run the command again" };

const CAUSES: Readonly<Record<string, Cause>> = {
  SIGKILL: KILLED,
  SIGABRT: CRASHED,
  SIGBUS: CRASHED,
  SIGFPE: CRASHED,
  SIGILL: CRASHED,
  SIGSEGV: CRASHED,
  SIGTRAP: CRASHED,
};

const EXITED: Cause = {
  likely: "",
  mend: "--no-isolate --verbose trains in this process and shows where it ends",
};

/** The error of a run in `folder` whose trainer died. */
export function deathOfTrainer(folder: string, { code, signal, lastWords }: Death): FtError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const { likely, mend } = signal === null ? EXITED : (CAUSES[signal] ?? ASKED);
  const isBegun = existsSync(join(folder, CONFIG_FILE));
  const goOn = `ft train resume ${shellWord(folder)} goes on from the last checkpoint`;
  return new FtError("FT-RUN-006", {
    message: `the training process ended ${how}${likely}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: isBegun ? `${goOn}; ${mend}` : mend,
  });
}
