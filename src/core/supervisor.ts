// Work in a process of its own: starts it, passes on what it tells, asks it to stop, and says how it died.
// The other side is worker-process.ts. Neither knows what the work is.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FtError } from "./errors.ts";
import { unpackError } from "./packed-errors.ts";
import { MemoryWatch } from "./process-memory.ts";
import { suspendTogether } from "./suspend.ts";
import type { FromWorker, ToWorker } from "./worker-messages.ts";

/** How a worker ended that did not say how its work went. */
export interface Death {
  code: number | null;
  signal: string | null;
  /** The last of what it printed. */
  lastWords: string;
  /** The most it had resident, as far as the system tells; null where it does not. */
  peakBytes?: number | null;
  /** The system ended processes for want of memory while it lived. */
  wasMemoryShort?: boolean;
}

export interface SupervisedWork {
  /** The module that calls `serveSupervisor`: the same kind of file as the caller's, .ts or .js. */
  entry: URL;
  request: unknown;
  /** Gets whatever the worker tells before its result. */
  onTold(told: unknown): void;
  /** Gets what sends the worker more than its request: plain data, lost once the worker is gone. */
  onStarted?(worker: { say(said: unknown): void; kill(): void }): void;
  /** Aborting asks the worker to stop; how its work ends is its own decision. */
  signal?: AbortSignal | undefined;
  onDeath(death: Death): FtError;
}

/** How many bytes of what a worker printed are kept for a report of its death. */
const lastWordsLimit = 4000;

/**
 * The worker's result; throws its error, or that of `onDeath`. The worker is the leader of a process group: the
 * terminal's Ctrl-C does not reach it, and Ctrl-Z only because it is passed on. A caller that exits at once takes it along; when the caller is killed, the
 * worker hears the pipe break and decides itself.
 */
export async function supervise(work: SupervisedWork): Promise<unknown> {
  const worker = forkWorker(work.entry);
  const lastWords = collectWords(worker);
  const memory = new MemoryWatch(worker.pid ?? 0);
  const tell = (message: ToWorker): void => {
    // a pipe that breaks is told by `close`
    if (worker.connected) worker.send(message, undefined, undefined, () => undefined);
  };
  const askToStop = (): void => tell({ type: "stop" });
  const kill = (): void => void worker.kill("SIGKILL");
  process.once("exit", kill);
  const parted = suspendTogether(worker);
  work.signal?.addEventListener("abort", askToStop, { once: true });
  try {
    return await new Promise<unknown>((resolve, reject) => {
      worker.on("message", (message: FromWorker) => {
        if (message.type === "told") work.onTold(message.told);
        else if (message.type === "done") resolve(message.result);
        else reject(unpackError(message.error));
      });
      worker.on("error", reject);
      worker.on("close", (code, signal) => {
        const { peakBytes } = memory;
        const wasMemoryShort = memory.hasKilled();
        reject(work.onDeath({ code, signal, lastWords: lastWords(), peakBytes, wasMemoryShort }));
      });
      tell({ type: "start", request: work.request });
      work.onStarted?.({ say: (said) => tell({ type: "said", said }), kill });
      if (work.signal?.aborted === true) askToStop();
    });
  } finally {
    memory.stop();
    parted();
    process.removeListener("exit", kill);
    work.signal?.removeEventListener("abort", askToStop);
  }
}

function forkWorker(entry: URL): ChildProcess {
  const isSource = entry.pathname.endsWith(".ts");
  return fork(fileURLToPath(entry), [], {
    detached: true,
    execArgv: isSource ? ["--import", import.meta.resolve("tsx")] : [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

function collectWords(worker: ChildProcess): () => string {
  let words = "";
  const add = (chunk: Buffer): void => {
    words = (words + chunk.toString("utf8")).slice(-lastWordsLimit);
  };
  worker.stdout?.on("data", add);
  worker.stderr?.on("data", add);
  return () => words.trim();
}
