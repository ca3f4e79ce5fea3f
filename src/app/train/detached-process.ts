// The process that keeps a run whose terminal may close: it supervises the trainer as a command in the foreground does,
// and tells whoever started it how that goes, as long as anybody listens. Of a trainer that died it writes into the
// run's folder what became of it, since nobody watches who could be told.
import { FtError } from "../../core/errors.ts";
import { asFtError, packError } from "../../core/packed-errors.ts";
import {
  failedFact,
  hasEnded,
  lockHolder,
  readEvents,
  reopenRun,
  type RunStartedEvent,
} from "../../runs/index.ts";
import type { FromKeeper, ToKeeper } from "./detached-messages.ts";
import { carryOut } from "./train-run.ts";

const stopping = new AbortController();
const stop = (): void => stopping.abort();

/** Resolves when it has left: the pipe may be closed only then. One that is closed already is no error. */
function tell(message: FromKeeper): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

/** Where a trainer has written how it ended, that stands. */
function tellDeath({ outputDir }: { outputDir: string }, error: FtError): void {
  if (hasEnded(readEvents(outputDir)) || lockHolder(outputDir) !== undefined) return;
  const folder = reopenRun(outputDir);
  try {
    folder.append(failedFact(error));
  } finally {
    folder.close();
  }
}

async function keep({
  request,
  retry,
  hosts,
}: Extract<ToKeeper, { type: "start" }>): Promise<void> {
  let begun: RunStartedEvent | undefined;
  const { run, extensions } = request;
  try {
    await carryOut(run, {
      force: run.force,
      profile: run.profile,
      maySleep: run.maySleep,
      retry,
      extensions,
      crew: hosts && { hosts },
      signal: stopping.signal,
      onEvent: (event) => {
        if (event.type === "run-started") begun = event;
        void tell({ type: "told", told: { event } });
      },
      onProgress: (progress) => void tell({ type: "told", told: { progress } }),
    });
  } catch (thrown) {
    const error = asFtError(thrown, (details) => new FtError("FT-RUN-UNEXPECTED", details));
    if (begun !== undefined) tellDeath(begun, error);
    await tell({ type: "failed", error: packError(error) });
    process.exitCode = error.exitCode;
  }
  if (process.connected) process.disconnect();
}

process.on("message", (message: ToKeeper) => {
  if (message.type === "stop") stop();
  else void keep(message);
});
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
// A terminal that closes is what this process is for.
process.on("SIGHUP", () => undefined);
