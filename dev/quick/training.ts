// Trains as a user would: the compiled program, with a configuration file; and what the run says of itself afterwards.
// Prints nothing of its own.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readEvents } from "../../src/runs/index.ts";

export interface Trained {
  seconds: number;
  /** Most memory that one of its processes had. */
  peakBytes: number;
  parameters: number;
  trainable: number;
  steps: number;
  /** Different rows, and how often each was seen. */
  rows: number;
  passes: number;
  tokens: number;
}

const recordPeak = fileURLToPath(new URL("record-peak.mjs", import.meta.url));

/** Gives the exit code. */
function runProgram(program: string, args: readonly string[], peaks: string): number {
  const options = [process.env["NODE_OPTIONS"], `--import=${recordPeak}`].filter(Boolean).join(" ");
  const { status } = spawnSync(process.execPath, [program, "train", "start", ...args], {
    stdio: "inherit",
    env: { ...process.env, NODE_OPTIONS: options, FT_QUICK_PEAKS: peaks },
  });
  return status ?? 1;
}

export interface Training {
  /** main.js of the compiled program. */
  program: string;
  config: string;
  output: string;
  /** Options of `ft train start`. */
  more: readonly string[];
}

/** What was trained, or the program's exit code where it failed. */
export function train({ program, config, output, more }: Training): Trained | number {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(dirname(output), { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "ft-quick-"));
  try {
    const peaks = join(folder, "peaks");
    const started = performance.now();
    const status = runProgram(program, ["--config", config, "--output", output, ...more], peaks);
    if (status !== 0) return status;
    const seconds = (performance.now() - started) / 1000;
    return { seconds, peakBytes: largest(peaks), ...countsOf(output) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function largest(file: string): number {
  return Math.max(...readFileSync(file, "utf8").split("\n").map(Number));
}

function rowsSeen(epochs: number, rows: number): Pick<Trained, "rows" | "passes"> {
  return epochs < 1
    ? { rows: Math.round(epochs * rows), passes: 1 }
    : { rows, passes: Math.round(100 * epochs) / 100 };
}

type Counts = Omit<Trained, "seconds" | "peakBytes">;

function countsOf(output: string): Counts {
  const events = readEvents(output);
  const last = events.findLast((event) => event.type === "step-reported");
  const started = events.findLast((event) => event.type === "run-started");
  const completed = events.findLast((event) => event.type === "run-completed");
  if (last === undefined || started === undefined || completed === undefined)
    throw new Error(`${output}: the run did not finish`);
  return {
    parameters: completed.totalParameters,
    trainable: completed.trainableParameters,
    steps: completed.totalSteps,
    ...rowsSeen(completed.epochsCompleted, started.dataset.trainRows),
    tokens: last.tokens,
  };
}
