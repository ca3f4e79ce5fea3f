// A toy that trains for longer than any test waits: its folder, the command that starts it, and what ends it with the file of
// tests whose processes outlive them. What becomes of such a run is each test's question.
import { join } from "node:path";
import { afterAll, inject } from "vitest";
import { isAlive, killHard } from "./program.ts";
import { makeToyModel, writeRows } from "./toy-model.ts";

export interface LongTraining {
  /** For the outputs of runs, too. */
  folder: string;
  /** `ft train start` into a folder; `more` over what is usual. */
  argsFor(output: string, ...more: string[]): string[];
}

/** Makes the folder of this name within that of the test run. */
export async function longTraining(name: string, rows = 20): Promise<LongTraining> {
  const folder = join(inject("runFolder"), name);
  const model = await makeToyModel(join(folder, "model"));
  const data = writeRows(join(folder, "rows.jsonl"), rows);
  const argsFor = (output: string, ...more: string[]): string[] => [
    ...["train", "start", model, data, "--output", output, "--template", "chatml"],
    // of several batches each, so that a step takes a while and its events do not fill the disk
    ...["--iters", "200000", "--report-every", "1", "--gradient-accumulation-steps", "8", ...more],
  ];
  return { folder, argsFor };
}

/** Processes to be put here are ended with the file: what a test that fails leaves behind goes on for long. */
export function endedWithTheFile(): number[] {
  const pids: number[] = [];
  afterAll(() => {
    for (const pid of pids.filter(isAlive)) killHard(pid);
  });
  return pids;
}
