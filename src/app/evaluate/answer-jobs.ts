// Jobs answered many at once, their rows written in the order of the jobs; what is in the folder already is not asked.
import { setImmediate } from "node:timers/promises";
import { inOrder } from "../../core/in-order.ts";
import type { ResultRow, ResultsFolder } from "./results-file.ts";

export interface Watching {
  onProgress?:
    | ((progress: { done: number; total: number; secondsLeft: number }) => void)
    | undefined;
  signal?: AbortSignal | undefined;
}

/** More than are written at once, so that a long answer does not hold others up. */
const askedAtOnce = 32;

export async function answerJobs<Job>(
  jobs: readonly Job[],
  answer: (job: Job, index: number) => Promise<ResultRow>,
  results: ResultsFolder,
  { onProgress, signal }: Watching,
): Promise<void> {
  const [started, before] = [performance.now(), results.rows.length];
  const left = [...jobs.entries()].slice(before);
  for await (const row of inOrder(left, ([index, job]) => answer(job, index), askedAtOnce)) {
    results.add(row);
    const done = row.index + 1;
    const perRow = (performance.now() - started) / 1000 / (done - before);
    onProgress?.({ done, total: jobs.length, secondsLeft: perRow * (jobs.length - done) });
    await setImmediate();
    signal?.throwIfAborted();
  }
}
