// Starts a run that goes on when the terminal closes: what can be told at once is checked here, then a process of a
// session of its own keeps the run (detached-process.ts), and is left alone once the run has begun.
import { type ChildProcess, fork } from "node:child_process";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { FtError } from "../../core/errors.ts";
import { unpackError } from "../../core/packed-errors.ts";
import { expandHome } from "../../core/paths.ts";
import type { RunStartedEvent } from "../../runs/index.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { extensionUrl } from "../extensions.ts";
import type { FromKeeper, ToKeeper } from "./detached-messages.ts";
import type { RunRequest } from "./execute-run.ts";
import type { RunLength } from "./extend-run.ts";
import { checkedRequest, requireCrewCan, type TrainRunOptions } from "./train-run.ts";

export interface DetachedRun {
  runId: string;
  outputDir: string;
  /** The process that keeps it. */
  pid: number;
}

export type DetachOptions = Omit<TrainRunOptions, "isolate" | "onRetry">;

/** Starts a new run. Resolves once it has begun; throws the FtError that kept it from that. */
export async function startDetached(
  resolved: ResolvedConfig,
  options: DetachOptions = {},
): Promise<DetachedRun> {
  return await detach(await checkedRequest(resolved, options), options);
}

/** Goes on with the run in `folder`, as `startDetached` starts one. */
export async function resumeDetached(
  folder: string,
  { length, ...options }: DetachOptions & { length?: RunLength | undefined } = {},
): Promise<DetachedRun> {
  const path = resolve(expandHome(folder));
  requireCrewCan(path, options.crew);
  return await detach({ resume: path, length }, options);
}

function forkKeeper(): ChildProcess {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(`./detached-process.${isSource ? "ts" : "js"}`, import.meta.url);
  return fork(fileURLToPath(entry), [], {
    detached: true,
    execArgv: isSource ? ["--import", import.meta.resolve("tsx")] : [],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

function died(code: number | null, signal: string | null): FtError {
  return new FtError("FT-RUN-020", {
    message: `the background process ended ${signal === null ? `with exit code ${code}` : `by ${signal}`}`,
    hint: "the same command without --detach shows why",
  });
}

async function detach(asked: RunRequest, options: DetachOptions): Promise<DetachedRun> {
  const { force, profile, maySleep, retry = false, signal } = options;
  const extensions = (options.extensions ?? []).map(extensionUrl);
  const run = { ...asked, force, profile, maySleep };
  const keeper = forkKeeper();
  const say = (message: ToKeeper): void => {
    if (keeper.connected) keeper.send(message, undefined, undefined, () => undefined);
  };
  const stop = (): void => say({ type: "stop" });
  signal?.addEventListener("abort", stop, { once: true });
  try {
    say({ type: "start", request: { run, extensions }, retry, hosts: options.crew?.hosts });
    if (signal?.aborted === true) stop();
    const { runId, outputDir } = await begun(keeper, options);
    return { runId, outputDir, pid: keeper.pid ?? 0 };
  } finally {
    signal?.removeEventListener("abort", stop);
    keeper.removeAllListeners();
    if (keeper.connected) keeper.disconnect();
    keeper.unref();
  }
}

function begun(
  keeper: ChildProcess,
  { onEvent, onProgress }: DetachOptions,
): Promise<RunStartedEvent> {
  return new Promise((settle, reject) => {
    keeper.on("message", (message: FromKeeper) => {
      if (message.type === "failed") return reject(unpackError(message.error));
      if ("progress" in message.told) return onProgress?.(message.told.progress);
      const { event } = message.told;
      onEvent?.(event);
      if (event.type === "run-started") settle(event);
    });
    keeper.on("error", reject);
    keeper.on("exit", (code, signal) => reject(died(code, signal)));
  });
}
