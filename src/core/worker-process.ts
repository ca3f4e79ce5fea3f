// The worker's side of a supervised process: takes one request over IPC, tells what happens, hears what else is said,
// gives a result or an error, ends by itself. Is asked to stop by its supervisor, by SIGTERM, or by the supervisor's disappearance.
import { FtError } from "./errors.ts";
import { asFtError, packError } from "./packed-errors.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

export interface WorkerWatch {
  /** Sends plain data to whoever watches; lost when nobody does any more. */
  tell(told: unknown): void;
  shouldStop(): boolean;
  /** Aborted when the worker should stop. */
  readonly stopping: AbortSignal;
  /** Hears what the supervisor says after the request; what is said before is lost. */
  onSaid(listener: (said: unknown) => void): void;
}

/** Runs `work` on the one request that comes. `unexpected` is the code of an error that has none. */
export function serveSupervisor(
  work: (request: unknown, watch: WorkerWatch) => Promise<unknown>,
  unexpected: string,
): void {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  let hear: (said: unknown) => void = () => undefined;
  const send = (message: FromWorker): Promise<void> => sent(message, stop);
  const watch: WorkerWatch = {
    tell: (told) => void send({ type: "told", told }),
    shouldStop: () => stopping.signal.aborted,
    stopping: stopping.signal,
    onSaid: (listener) => {
      hear = listener;
    },
  };
  process.on("message", (message: ToWorker) => {
    if (message.type === "stop") stop();
    else if (message.type === "said") hear(message.said);
    else void finish(() => work(message.request, watch), send, unexpected);
  });
  process.on("disconnect", stop);
  for (const stream of [process.stdout, process.stderr]) stream.on("error", stop);
  process.on("SIGTERM", stop);
  // The terminal's Ctrl-C is the supervisor's business: it asks over IPC.
  process.on("SIGINT", () => undefined);
}

/** Resolves when the message has left: the pipe may be closed only then. */
function sent(message: FromWorker, onBroken: () => void): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || process.send === undefined) return resolve();
    // A pipe may break before `disconnect` is seen; without a callback that would end this process.
    process.send(message, undefined, undefined, (error) => {
      if (error !== null) onBroken();
      resolve();
    });
  });
}

async function finish(
  work: () => Promise<unknown>,
  send: (message: FromWorker) => Promise<void>,
  unexpected: string,
): Promise<void> {
  try {
    await send({ type: "done", result: await work() });
  } catch (error) {
    const failure = asFtError(error, (details) => new FtError(unexpected, details));
    await send({ type: "failed", error: packError(failure) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect();
}
