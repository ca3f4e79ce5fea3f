// A host that is jobs of Hugging Face: each run is a container on a machine that is rented by the minute and ends by
// itself. Settings, inputs and the result go through a private repository (exchange.ts), events through the job's log.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { FtError } from "../../../core/errors.ts";
import { redact } from "../../../core/logger.ts";
import { nearest } from "../../../core/nearest.ts";
import { parseDuration } from "../../../core/units.ts";
import type { HubSettings } from "../../../weights/hub-environment.ts";
import { HubFailure } from "../../../weights/hub-errors.ts";
import type { UploadFile } from "../../../weights/hub-upload.ts";
import { hubSilent, jobsRefused, noHubToken, publicExchange, unknownFlavor } from "../errors.ts";
import {
  type Capabilities,
  type Cost,
  type HostReport,
  type HostStatus,
  LineDropped,
  type Runner,
  type RunInput,
  type RunSpec,
  type SubmitOptions,
  type Submitted,
} from "../runner.ts";
import { quoted } from "../shell.ts";
import { type Hardware, hourlyCost, isOver, type Job, JobsApi, sizeOf } from "./api.ts";
import { filesOf, packed } from "./carried.ts";
import { eventIn } from "./event-lines.ts";
import { Exchange, inputFolder, type JobTask, runPlace, savedPlace } from "./exchange.ts";
import { type HubJobsOptions, workingSeconds } from "./options.ts";

/** The label by which a run's job is found. */
const LABEL = "ft-run";
const LOOK_EVERY_MS = 5000;
/** How long a job that was asked to stop may take to save and send what it has. */
const GRACE_SECONDS = 600;

/** Its result; of a job that could send none, the last checkpoint that it sent on its way. */
async function downloadRun(exchange: Exchange, id: string, into: string): Promise<string[]> {
  const names = await exchange.download(runPlace(id, "run"), into);
  if (names.length > 0) return names;
  const step = (await exchange.savedSteps(id)).at(-1);
  return step === undefined ? [] : await exchange.download(savedPlace(id, step), into);
}

export class HubJobsRunner implements Runner {
  readonly #name: string;
  readonly #options: HubJobsOptions;
  readonly #version: string;
  readonly #settings: HubSettings;
  readonly #api: JobsApi;
  readonly #ids = new Map<string, string>();
  #account: Promise<string> | undefined;

  constructor(name: string, options: HubJobsOptions, version: string, settings: HubSettings) {
    this.#name = name;
    this.#options = options;
    this.#version = version;
    this.#settings = settings;
    this.#api = new JobsApi(settings);
  }

  #told(error: unknown): unknown {
    if (!(error instanceof HubFailure)) return error;
    if (error.temporary) return hubSilent(this.#name, error.message);
    return jobsRefused(this.#name, error.status, this.#clean(error.message));
  }

  /** What is asked before a run begins: a hub that does not answer is an error. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#settings.offline) throw hubSilent(this.#name, "HF_HUB_OFFLINE is set");
    if (this.#settings.token === undefined) throw noHubToken(this.#name);
    try {
      return await work();
    } catch (error) {
      throw this.#told(error);
    }
  }

  /** What is asked of one that runs: it goes on though the hub does not answer. */
  async #follow<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#ask(work);
    } catch (error) {
      if (error instanceof FtError && error.code === "FT-HOST-025")
        throw new LineDropped(error.message);
      throw error;
    }
  }

  /** Without the token, should a program there have printed it. */
  #clean(text: string): string {
    const { token } = this.#settings;
    return redact(token === undefined ? text : text.replaceAll(token, "[redacted]"));
  }

  async #namespace(): Promise<string> {
    if (this.#options.namespace !== undefined) return this.#options.namespace;
    this.#account ??= this.#api.account().catch((error: unknown) => {
      this.#account = undefined;
      throw error;
    });
    return await this.#account;
  }

  async #repository(): Promise<string> {
    return this.#options.repository ?? `${await this.#namespace()}/ft-jobs`;
  }

  async #exchange(): Promise<Exchange> {
    return new Exchange(this.#settings, await this.#repository());
  }

  async #hardware(): Promise<Hardware> {
    const { flavor } = this.#options;
    const all = await this.#api.hardware();
    const found = all.find(({ name }) => name === flavor);
    if (found !== undefined) return found;
    const names = all.map(({ name }) => name);
    throw unknownFlavor(this.#name, flavor, names, nearest(flavor, names));
  }

  async check(): Promise<HostReport> {
    return await this.#ask(async () => {
      await this.#api.account();
      await this.#hardware();
      const repository = await this.#repository();
      const isPrivate = await new Exchange(this.#settings, repository).isPrivate();
      if (isPrivate === false) throw publicExchange(this.#name, repository);
      return { version: null, node: null, platform: null };
    });
  }

  async capabilities(): Promise<Capabilities> {
    const { prettyName, ram, accelerator, ephemeralStorage } = await this.#ask(() =>
      this.#hardware(),
    );
    const device = accelerator ? `${prettyName} (${accelerator.model})` : prettyName;
    return {
      ...{ backend: "what its image has", device },
      memoryBytes: sizeOf(accelerator?.vram ?? ram),
      freeBytes: sizeOf(ephemeralStorage ?? "0 GB"),
    };
  }

  async submit(spec: RunSpec, { onCopy, onPlaced }: SubmitOptions = {}): Promise<Submitted> {
    await this.check();
    const { folder } = this.#options;
    const root = `${folder}/${spec.id}`;
    const places = new Map(
      spec.inputs.map(({ path, digest }) => [
        path,
        `${root}/${inputFolder(digest)}/${basename(path)}`,
      ]),
    );
    const output = `${root}/run`;
    const settings = spec.settings({ output, of: (path) => places.get(path) ?? path });
    const placed: Submitted = {
      ...{ id: spec.id, output },
      inputs: [...places].map(([here, there]) => [there, here]),
    };
    const job = await this.#ask(async () => {
      await this.#send(spec, settings, root, onCopy);
      await onPlaced?.(placed);
      return await this.#begun(spec.id);
    });
    return { ...placed, page: `${this.#settings.endpoint}/jobs/${job.owner.name}/${job.id}` };
  }

  async #send(
    spec: RunSpec,
    settings: object,
    folder: string,
    onCopy?: (input: RunInput) => void,
  ): Promise<void> {
    const exchange = await this.#exchange();
    const isThere = (await exchange.isPrivate()) !== undefined;
    const folders = spec.inputs.map(({ digest }) => inputFolder(digest));
    const missing = isThere ? await exchange.missing(folders) : new Set(folders);
    const files: UploadFile[] = [];
    for (const input of spec.inputs) {
      if (!missing.has(inputFolder(input.digest))) continue;
      onCopy?.(input);
      files.push(...(await filesOf(input)));
    }
    const task: JobTask = {
      ...{ version: this.#version, folder, settings: { ...settings } },
      inputs: spec.inputs.map(({ digest }) => digest),
      seconds: workingSeconds(parseDuration(this.#options.timeout)),
    };
    const content = Buffer.from(JSON.stringify(task, null, 2));
    files.push({ path: runPlace(spec.id, "task.json"), content });
    await exchange.send(files, `Run ${spec.id}`);
  }

  /** Its job, started unless one has begun: by an attempt of which the answer was lost. */
  async #begun(id: string): Promise<Job> {
    const namespace = await this.#namespace();
    const before = await this.#api.withLabel(namespace, LABEL, id);
    if (before !== undefined) return before;
    try {
      return await this.#start(namespace, id);
    } catch (error) {
      if (!(error instanceof HubFailure) || !error.temporary) throw error;
      await pause(2000);
      return (
        (await this.#api.withLabel(namespace, LABEL, id)) ?? (await this.#start(namespace, id))
      );
    }
  }

  async #start(namespace: string, id: string): Promise<Job> {
    const { image, flavor, timeout, setup, ft, environment } = this.#options;
    const { endpoint, token = "" } = this.#settings;
    const work = `exec ${ft} remote work ${quoted(await this.#repository())} ${quoted(id)}`;
    return await this.#api.start(namespace, {
      ...{ image, flavor, timeoutSeconds: Math.ceil(parseDuration(timeout)) },
      command: ["sh", "-c", ["set -e", ...(setup === "" ? [] : [setup]), work].join("\n")],
      environment: { HF_ENDPOINT: endpoint, ...environment },
      secrets: { HF_TOKEN: token },
      labels: { name: `ft-${id}`, [LABEL]: id },
    });
  }

  async #job(id: string): Promise<Job | undefined> {
    const namespace = await this.#namespace();
    const known = this.#ids.get(id);
    if (known !== undefined) return await this.#api.job(namespace, known);
    const found = await this.#api.withLabel(namespace, LABEL, id);
    if (found !== undefined) this.#ids.set(id, found.id);
    return found;
  }

  async status(id: string): Promise<HostStatus> {
    const job = await this.#follow(() => this.#job(id));
    if (job === undefined) return { state: "unknown" };
    const codes: Readonly<Record<string, number>> = { COMPLETED: 0, ERROR: 1, CANCELED: 130 };
    const code = codes[job.status.stage];
    if (code !== undefined) return { state: "over", code };
    if (isOver(job)) return { state: "gone" };
    return { state: job.status.stage === "SCHEDULING" ? "waiting" : "running" };
  }

  /** Lines of the log, to its end or that of the job. A log that breaks off ends; it is read again from its beginning. */
  async *#lines(job: Job): AsyncGenerator<string> {
    const namespace = await this.#namespace();
    const stop = new AbortController();
    // the stream need not end with the job
    const look = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        const now = isOver(job) ? job : await this.#api.job(namespace, job.id);
        await pause(LOOK_EVERY_MS, undefined, { signal: stop.signal });
        if (isOver(now)) stop.abort();
      }
    };
    const looking = look().catch(() => stop.abort());
    try {
      yield* this.#api.log(namespace, job.id, stop.signal);
    } catch (error) {
      const isOurs = stop.signal.aborted || error instanceof HubFailure;
      if (!isOurs) throw error;
    } finally {
      stop.abort();
      await looking;
    }
  }

  async logs(id: string, cursor: number): Promise<{ text: string; cursor: number }> {
    const job = await this.#follow(() => this.#job(id));
    const lines: string[] = [];
    if (job === undefined) return { text: "", cursor };
    for await (const line of this.#lines(job)) if (eventIn(line) === undefined) lines.push(line);
    const message = job.status.message ?? "";
    if (message !== "") lines.push(message);
    const text = Buffer.from(this.#clean(lines.join("\n")));
    return { text: text.subarray(cursor).toString(), cursor: text.length };
  }

  async *metrics(id: string, cursor: number, signal?: AbortSignal): AsyncGenerator<string> {
    let at = cursor;
    for (;;) {
      signal?.throwIfAborted();
      const job = await this.#follow(() => this.#job(id));
      if (job === undefined || isOver(job)) break;
      if (job.status.stage === "RUNNING") {
        for await (const line of this.#lines(job)) {
          const event = eventIn(line);
          // what the log has lost comes with the result
          if (event === undefined || event.number !== at) continue;
          yield event.json;
          at++;
        }
      }
      await pause(LOOK_EVERY_MS / 2);
    }
    const exchange = await this.#follow(() => this.#exchange());
    const kept = await this.#follow(() => exchange.read(runPlace(id, "events.jsonl")));
    if (kept !== undefined)
      yield* kept
        .split("\n")
        .filter((line) => line !== "")
        .slice(at);
    else yield* await this.#lastOfLog(id, at);
  }

  /** Events in the log of a job that could not send its result. */
  async #lastOfLog(id: string, from: number): Promise<string[]> {
    const job = await this.#follow(() => this.#job(id));
    const events: string[] = [];
    if (job === undefined) return events;
    for await (const line of this.#lines(job)) {
      const event = eventIn(line);
      if (event?.number === from + events.length) events.push(event.json);
    }
    return events;
  }

  /** One that waits for a machine is ended; one that runs is asked to save, and ended where it does not within a while. */
  async cancel(id: string): Promise<void> {
    const job = await this.#ask(() => this.#job(id));
    if (job === undefined || isOver(job)) return;
    const end = async (): Promise<void> =>
      await this.#ask(async () => this.#api.cancel(await this.#namespace(), job.id));
    if (job.status.stage === "SCHEDULING") return await end();
    const exchange = await this.#ask(() => this.#exchange());
    const file = { path: runPlace(id, "stop"), content: Buffer.from("stop\n") };
    await exchange.send([file], `Stop ${id}`);
    for (let waited = 0; waited < GRACE_SECONDS * 1000; waited += LOOK_EVERY_MS) {
      await pause(LOOK_EVERY_MS, undefined, { ref: false });
      const now = await this.#follow(() => this.#job(id)).catch(() => job);
      if (now === undefined || isOver(now)) return;
    }
    await end();
  }

  async *fetch(id: string): AsyncGenerator<Uint8Array> {
    const folder = await mkdtemp(join(tmpdir(), "ft-job-"));
    try {
      const exchange = await this.#follow(() => this.#exchange());
      const names = await this.#follow(async () => await downloadRun(exchange, id, folder));
      yield* packed(folder, names);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async cost(): Promise<Cost | undefined> {
    const hourly = hourlyCost(await this.#ask(() => this.#hardware()));
    if (hourly === undefined) return undefined;
    return { hourly, most: (hourly * parseDuration(this.#options.timeout)) / 3600 };
  }

  async spent(id: string): Promise<number | undefined> {
    const job = await this.#follow(() => this.#job(id));
    const seconds = job?.durations?.runningSecs;
    const hourly = hourlyCost(await this.#follow(() => this.#hardware()));
    if (typeof seconds !== "number" || hourly === undefined) return undefined;
    return (hourly * seconds) / 3600;
  }
}
