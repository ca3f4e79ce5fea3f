// What a job of Hugging Face does: reads its task from the private repository, trains, tells its events in lines of the
// log, and sends what came of it. The other side is remote/hosts/jobs/hub-jobs.ts, on the machine that asked.
import { existsSync } from "node:fs";
import { link, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeJsonAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { parseJson } from "../../core/json-text.ts";
import { logger } from "../../core/logger.ts";
import type { Environment } from "../../core/paths.ts";
import { hubSilent, jobHasOther, jobsRefused, unknownTask } from "../../remote/hosts/errors.ts";
import { eventLine } from "../../remote/hosts/jobs/event-lines.ts";
import {
  Exchange,
  inputFolder,
  JobTask,
  runPlace,
  savedPlace,
} from "../../remote/hosts/jobs/exchange.ts";
import { EVENTS_FILE } from "../../runs/event-log.ts";
import { CONFIG_FILE, filesBelow, type RunEvent } from "../../runs/index.ts";
import { LOCK_FILE } from "../../runs/lock.ts";
import { PREFIX_STATES } from "../../runs/run-folder.ts";
import { hubSettings } from "../../weights/hub-environment.ts";
import { HubFailure } from "../../weights/hub-errors.ts";
import type { UploadFile } from "../../weights/hub-upload.ts";
import { loadRunConfig } from "../config/load.ts";
import { productVersion } from "../info.ts";
import { startRun } from "../train/train-run.ts";

export interface JobWorkOptions {
  environment: Environment;
  /** Aborting saves the run and ends it, as Ctrl-C. */
  signal?: AbortSignal | undefined;
  /** Gets lines for the log. */
  say(line: string): void;
}

const LOOK_EVERY_MS = 5000;
/** Where the run goes on; what is sent of a checkpoint points to that one. */
const LATEST = "checkpoints/latest";
/** What is only for the run's own use there. */
const ownFiles = new Set([EVENTS_FILE, LOCK_FILE, PREFIX_STATES]);

async function taskOf(exchange: Exchange, repository: string, id: string): Promise<JobTask> {
  const text = await exchange.read(runPlace(id, "task.json"));
  const json = parseJson(text ?? "");
  const task = JobTask.safeParse(json.ok ? json.value : undefined);
  if (!task.success) throw unknownTask(repository, id);
  if (task.data.version !== productVersion())
    throw jobHasOther(productVersion(), task.data.version);
  return task.data;
}

/** Ends the run where its time is nearly over, where the other side asks for it, or where the hub ends the job. */
function stopOf(
  exchange: Exchange,
  id: string,
  { seconds }: JobTask,
  signal: AbortSignal | undefined,
): { signal: AbortSignal; end(): void } {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const over = setTimeout(() => {
    logger().warn("the job's time is nearly over: the run is saved");
    abort();
  }, seconds * 1000);
  const look = setInterval(() => {
    exchange.read(runPlace(id, "stop")).then(
      (text) => text !== undefined && abort(),
      () => undefined, // asked again soon
    );
  }, LOOK_EVERY_MS);
  return {
    signal: stop.signal,
    end() {
      clearTimeout(over);
      clearInterval(look);
      signal?.removeEventListener("abort", abort);
    },
  };
}

/**
 * Sends the run's folder as it is after a checkpoint, one at a time: one that comes while another is on its way takes the
 * place of those that wait. So that what a job has learned outlives a machine that is lost. What cannot be sent is told in
 * the log and ends nothing.
 */
class SavedSender {
  readonly #exchange: Exchange;
  readonly #id: string;
  readonly #output: string;
  #sending: Promise<void> = Promise.resolve();
  #wanted: number | undefined;

  constructor(exchange: Exchange, id: string, output: string) {
    this.#exchange = exchange;
    this.#id = id;
    this.#output = output;
  }

  saved(step: number): void {
    const isWaiting = this.#wanted !== undefined;
    this.#wanted = step;
    if (!isWaiting) this.#sending = this.#sending.then(() => this.#send());
  }

  /** Nothing more is sent once what is on its way has arrived. */
  async end(): Promise<void> {
    this.#wanted = undefined;
    await this.#sending;
  }

  async #send(): Promise<void> {
    const step = this.#wanted;
    this.#wanted = undefined;
    if (step === undefined) return;
    const kept = `${this.#output}-sent`;
    try {
      const files = await this.#kept(step, kept);
      if (files.length > 0)
        await this.#exchange.send(files, `Checkpoint of step ${step} of ${this.#id}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      logger().warn(`the checkpoint of step ${step} was not sent: ${why}`);
    } finally {
      await rm(kept, { recursive: true, force: true });
    }
  }

  /** What is to be sent, under names of its own: the run forgets old checkpoints. None of one that it has forgotten. */
  async #kept(step: number, into: string): Promise<UploadFile[]> {
    const saved = `checkpoints/step-${step}`;
    const place = savedPlace(this.#id, step);
    makeFolders(into);
    const files: UploadFile[] = [
      { path: `${place}/${LATEST}`, content: Buffer.from(`step-${step}\n`) },
    ];
    const below = await filesBelow(join(this.#output, saved)).catch(() => []);
    for (const [at, name] of [CONFIG_FILE, ...below.map((file) => `${saved}/${file}`)].entries()) {
      const content = join(into, String(at));
      try {
        await link(join(this.#output, name), content);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw error;
      }
      files.push({ path: `${place}/${name}`, content });
    }
    return below.length === 0 ? [] : files;
  }
}

async function sendResult(exchange: Exchange, id: string, output: string): Promise<void> {
  if (!existsSync(output)) return;
  const names = (await filesBelow(output)).filter((name) => !ownFiles.has(name));
  const files = names.map((name) => ({
    path: runPlace(id, `run/${name}`),
    content: join(output, name),
  }));
  const events = join(output, EVENTS_FILE);
  const told = existsSync(events) ? [{ path: runPlace(id, EVENTS_FILE), content: events }] : [];
  await exchange.send([...files, ...told], `Result of ${id}`);
}

async function work(
  exchange: Exchange,
  repository: string,
  id: string,
  { environment, signal, say }: JobWorkOptions,
): Promise<RunEvent> {
  const task = await taskOf(exchange, repository, id);
  makeFolders(task.folder);
  for (const digest of task.inputs) {
    const folder = inputFolder(digest);
    await exchange.download(folder, join(task.folder, folder), signal);
  }
  const file = join(task.folder, "config.json");
  await writeJsonAtomic(file, task.settings);
  const resolved = loadRunConfig({ preset: "start", configFile: file, environment });
  const stop = stopOf(exchange, id, task, signal);
  const sender = new SavedSender(exchange, id, resolved.config.output_dir);
  let count = 0;
  try {
    return await startRun(resolved, {
      signal: stop.signal,
      onEvent: (event) => {
        say(eventLine(count++, event));
        if (event.type === "checkpoint-saved") sender.saved(event.step);
      },
    });
  } finally {
    stop.end();
    await sender.end();
    await sendResult(exchange, id, resolved.config.output_dir);
  }
}

/**
 * Does the task `id` of a repository. Resolves to the run's last event.
 * @throws FtError FT-HOST-024 to 027; as training does.
 */
export async function workOnJob(
  repository: string,
  id: string,
  options: JobWorkOptions,
): Promise<RunEvent> {
  const settings = hubSettings({}, options.environment);
  const exchange = new Exchange(settings, repository);
  try {
    return await work(exchange, repository, id, options);
  } catch (error) {
    if (!(error instanceof HubFailure)) throw error;
    if (error.temporary) throw hubSilent("this job", error.message);
    throw jobsRefused("this job", error.status, error.message);
  }
}
