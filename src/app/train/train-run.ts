// Training as one function: starts a run in a process of its own, passes its events on, and says how it ended.
// The supervisor: when the trainer dies, it reports the last words. Only the trainer writes the run folder.
import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FtError } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { fetchModel } from "../../models/open-model.ts";
import { CONFIG_FILE, type RunEvent } from "../../runs/index.ts";
import type { DownloadProgress } from "../../weights/index.ts";
import { layer } from "../config/layers.ts";
import { requireRunnable } from "../config/load.ts";
import { resolveConfig } from "../config/resolve.ts";
import type { PartialRunConfig } from "../config/schema.ts";
import { extensionUrl, loadExtensions } from "../extensions.ts";
import { withAbsolutePaths } from "./absolute-paths.ts";
import { checkRun, requireData } from "./check-run.ts";
import { executeRun, type RunRequest } from "./execute-run.ts";
import { type FromTrainer, type ToTrainer, unpackError } from "./trainer-messages.ts";

export interface TrainRunOptions {
  onEvent?: ((event: RunEvent) => void) | undefined;
  /** In a process of its own (default), so that a crash or a full memory leaves the caller alive. */
  isolate?: boolean | undefined;
  /** Modules that register architectures, templates and the like, as paths or URLs. */
  extensions?: readonly string[] | undefined;
  /** Gets how far the download of a Hub model has come. */
  onDownload?: ((progress: DownloadProgress) => void) | undefined;
  /** Aborting finishes the step, saves a checkpoint and ends with run-stopped; while downloading, it throws. */
  signal?: AbortSignal | undefined;
  /** Origin of each resolved value, kept in the run's config.json. */
  origins?: Record<string, string> | undefined;
}

/** How many bytes of what the trainer printed are kept for a report of its death. */
const lastWordsLimit = 4000;

/**
 * Trains from the beginning; what `given` leaves out has the schema's defaults.
 * Resolves to run-completed or run-stopped; throws the FtError that ended the run.
 */
export async function trainRun(
  given: PartialRunConfig,
  options: TrainRunOptions = {},
): Promise<RunEvent> {
  const { origins } = options;
  await loadExtensions(options.extensions);
  const config = withAbsolutePaths(resolveConfig([layer("argument", "", given)]).config);
  requireRunnable(config);
  checkRun(config);
  await requireData(config);
  // Here and not in the trainer, which only says how training goes.
  await fetchModel(config.model, { onProgress: options.onDownload, signal: options.signal });
  return await start({ config, ...(origins !== undefined && { origins }) }, options);
}

/** Goes on with the run in `folder` from its latest checkpoint. */
export async function resumeRun(folder: string, options: TrainRunOptions = {}): Promise<RunEvent> {
  return await start({ resume: folder }, options);
}

async function start(request: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  return (options.isolate ?? true)
    ? await superviseTrainer(request, options)
    : await trainHere(request, options);
}

async function trainHere(request: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  await loadExtensions(options.extensions);
  return await executeRun(request, {
    onEvent: (event) => options.onEvent?.(event),
    shouldStop: () => options.signal?.aborted ?? false,
  });
}

/** The trainer runs from the same kind of file as this one: compiled, or TypeScript through tsx. */
function forkTrainer(): ChildProcess {
  const isSource = import.meta.url.endsWith(".ts");
  const entry = new URL(
    isSource ? "./trainer-process.ts" : "./trainer-process.js",
    import.meta.url,
  );
  return fork(fileURLToPath(entry), [], {
    detached: true,
    execArgv: isSource ? ["--import", import.meta.resolve("tsx")] : [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
}

async function superviseTrainer(request: RunRequest, options: TrainRunOptions): Promise<RunEvent> {
  const trainer = forkTrainer();
  const folder = "resume" in request ? request.resume : request.config.output_dir;
  const extensions = (options.extensions ?? []).map(extensionUrl);
  const lastWords = collectWords(trainer);
  const tell = (message: ToTrainer): void => {
    if (trainer.connected) trainer.send(message);
  };
  const askToStop = (): void => tell({ type: "stop" });
  // A caller that exits at once takes the trainer with it; one that is killed leaves it to save and stop.
  const kill = (): void => void trainer.kill("SIGKILL");
  process.once("exit", kill);
  options.signal?.addEventListener("abort", askToStop, { once: true });
  try {
    return await new Promise<RunEvent>((resolve, reject) => {
      trainer.on("message", (message: FromTrainer) => {
        if (message.type === "event") options.onEvent?.(message.event);
        else if (message.type === "done") resolve(message.event);
        else reject(unpackError(message.error));
      });
      trainer.on("error", reject);
      trainer.on("close", (code, signal) => reject(death(folder, code, signal, lastWords())));
      tell({ type: "start", request, extensions });
      if (options.signal?.aborted === true) askToStop();
    });
  } finally {
    process.removeListener("exit", kill);
    options.signal?.removeEventListener("abort", askToStop);
  }
}

function collectWords(trainer: ChildProcess): () => string {
  let words = "";
  const add = (chunk: Buffer): void => {
    words = (words + chunk.toString("utf8")).slice(-lastWordsLimit);
  };
  trainer.stdout?.on("data", add);
  trainer.stderr?.on("data", add);
  return () => words.trim();
}

function death(
  folder: string,
  code: number | null,
  signal: string | null,
  lastWords: string,
): FtError {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const isKilled = signal === "SIGKILL";
  const isBegun = existsSync(join(folder, CONFIG_FILE));
  return new FtError("FT-RUN-006", {
    message: `the training process ended ${how}${isKilled ? " (often: out of memory)" : ""}`,
    problems: lastWords === "" ? [] : lastWords.split("\n").slice(-12),
    hint: [
      ...(isBegun ? [`ft train resume ${shellWord(folder)} goes on from the last checkpoint`] : []),
      ...(isKilled ? ["a smaller --batch-size or --max-length needs less memory"] : []),
    ].join("; "),
  });
}
