// The thread's side of work-threads.ts: makes its tool once, then answers one job after another.
import { parentPort, workerData } from "node:worker_threads";
import { FtError } from "./errors.ts";
import { asFtError, packError } from "./packed-errors.ts";
import type { FromThread, ThreadJob } from "./thread-messages.ts";

/** `transfer` names the result's buffers that may move instead of being copied. */
export function serveThread<Setup, Job, Result>(
  make: (setup: Setup) => Promise<(job: Job) => Result>,
  transfer: (result: Result) => ArrayBuffer[] = () => [],
): void {
  const made = make(workerData as Setup);
  const port = parentPort;
  port?.on("message", ({ job }: ThreadJob) => {
    void made
      .then((work) => {
        const result = work(job as Job);
        port.postMessage({ result } satisfies FromThread, transfer(result));
      })
      .catch((error: unknown) => {
        const failure = asFtError(error, (details) => new FtError("FT-THREAD-002", details));
        port.postMessage({ error: packError(failure) } satisfies FromThread);
      });
  });
}
