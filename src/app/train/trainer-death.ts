// What to say, and what to do, when the process that trains died without a word: killed, crashed, or ended from outside.
// Judges by the signal alone; errors that the trainer could still tell come to the caller as they are.
import { existsSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { ExitCode, FtError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import type { Death } from "../../core/supervisor.ts";
import { formatBytes } from "../../core/units.ts";
import { CONFIG_FILE, readEvents, readPointer, readRecord } from "../../runs/index.ts";
import { cheapestChanges } from "./memory-plan.ts";

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

/** Of all the memory, the share that a process must have had for its end to be put down to that. */
const fullShare = 0.9;

/** Ended by the system, and memory was short: that it was this process is what the signal says. */
function wasForMemory({ signal, peakBytes, wasMemoryShort }: Death): boolean {
  const hadMost = (peakBytes ?? 0) > fullShare * totalmem();
  return signal === "SIGKILL" && (wasMemoryShort === true || hadMost);
}

/** What was found at the start of the run to need less; none where it seemed to need little, or never began. */
function recordedChanges(folder: string): string[] {
  try {
    return cheapestChanges({ changes: [], ...readRecord(folder).memory });
  } catch {
    return [];
  }
}

/** The most that is known to have been resident: as the system told, or as the run reported last. */
function measuredPeak(folder: string, { peakBytes }: Death): number {
  const reports = readEvents(folder).map((event) =>
    event.type === "step-reported" ? event.residentBytes : 0,
  );
  return Math.max(peakBytes ?? 0, ...reports);
}

function outOfMemory(folder: string, death: Death, who: string): FtError {
  const peak = measuredPeak(folder, death);
  const had = peak === 0 ? "" : `; it had ${formatBytes(peak)} resident`;
  const latest = readPointer(folder, "latest");
  const goOn = `ft train resume ${shellWord(folder)} goes on from ${latest?.path ?? "the start"} where more is free`;
  const changes = recordedChanges(folder);
  return new FtError("FT-TRAIN-006", {
    message: `the system ended ${who} because memory ran out${had}`,
    problems: changes.map((change) => `less is needed with ${change}`),
    hint: changes.length === 0 ? `${goOn}; ${LESS_MEMORY}` : goOn,
    exitCode: ExitCode.doesNotFit,
  });
}

/** Where the run goes on, and what of it is lost; steps are not all reported, so that is the least. */
function wayOn(folder: string): string {
  const events = readEvents(folder);
  const done = events.findLast((event) => event.type === "step-reported")?.step ?? 0;
  const step = readPointer(folder, "latest")?.step;
  const from = step === undefined ? "begins again" : `goes on from the checkpoint of step ${step}`;
  const goOn = `ft train resume ${shellWord(folder)} ${from}`;
  if (done <= (step ?? 0)) return goOn;
  const since = step === undefined ? "" : " after it";
  return `${goOn}; what was learned${since}, up to step ${done} at least, is lost`;
}

/** Whether it makes sense to start it once more: not when somebody ended it. */
export function isCrash({ signal, code }: Death): boolean {
  return signal === null ? code !== 0 : CAUSES[signal] !== undefined;
}

/** The error of a run in `folder` whose trainer died, or the one of several that `who` names. */
export function deathOfTrainer(
  folder: string,
  death: Death,
  who = "the training process",
): FtError {
  if (wasForMemory(death)) return outOfMemory(folder, death, who);
  const { code, signal, lastWords } = death;
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const { likely, mend } = signal === null ? EXITED : (CAUSES[signal] ?? ASKED);
  const isBegun = existsSync(join(folder, CONFIG_FILE));
  return new FtError("FT-RUN-006", {
    message: `${who} ended ${how}${likely}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: isBegun ? `${wayOn(folder)}; ${mend}` : mend,
  });
}
