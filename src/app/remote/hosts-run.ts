// A run on a host, from here: handed over, followed into a run folder like any other, fetched at its end. A line that
// breaks ends nothing: it is taken up again where it was, by this process or by a later one.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { FtError } from "../../core/errors.ts";
import { interrupted } from "../../core/interrupted.ts";
import { parseJson } from "../../core/json-text.ts";
import { type Environment, expandHome } from "../../core/paths.ts";
import { shellWord } from "../../core/shell.ts";
import { formatDollars } from "../../core/units.ts";
import { endedSilently, lostSight, noRoom, unreadableEvent } from "../../remote/hosts/errors.ts";
import {
  LineDropped,
  type RunInput,
  type Runner,
  type Submitted,
} from "../../remote/hosts/runner.ts";
import { lastWords } from "../../remote/hosts/shell.ts";
import {
  checkOutputFolder,
  CONFIG_FILE,
  loggedCount,
  openRun,
  readEvents,
  readPointer,
  recordRun,
  reopenRun,
  RunEvent,
  type RunFolder,
} from "../../runs/index.ts";
import type { ResolvedConfig } from "../config/resolve.ts";
import { checkRun, requireData } from "../train/check-run.ts";
import { findPointer, type HostPointer, keepPointer } from "./hosts-pointer.ts";
import { fetchResult, localText } from "./hosts-result.ts";
import { hostSpec } from "./hosts-spec.ts";
import { findHost, openHost } from "./hosts.ts";

export interface HostRunOptions {
  environment: Environment;
  /** Aborting stops the run there as Ctrl-C would, and goes on following it to its end. */
  signal?: AbortSignal | undefined;
  onEvent(event: RunEvent): void;
  /** Told what a person who waits wants to know. */
  onNotice(text: string): void;
  onCopy?: ((input: RunInput) => void) | undefined;
  /** How long a host may be silent, in seconds. */
  patienceSeconds?: number | undefined;
}

/** Sends the run to a host and follows it. Resolves to its last event; throws the FtError that ended it. */
export async function startOnHost(
  { config, origins: from }: ResolvedConfig,
  name: string,
  options: HostRunOptions,
): Promise<RunEvent> {
  const host = findHost(options.environment, name);
  const runner = openHost(host);
  checkRun(config);
  await requireData(config);
  checkOutputFolder(config.output_dir);
  await runner.check();
  const cost = await runner.cost();
  if (cost !== undefined) {
    const most = `at most ${formatDollars(cost.most)} for this run`;
    options.onNotice(`${name} costs ${formatDollars(cost.hourly)} an hour, ${most}`);
  }
  const spec = await hostSpec(config);
  const output = resolve(expandHome(config.output_dir));
  const origins = Object.fromEntries(from);
  const keep = async ({ id, output: there, inputs, page }: Submitted): Promise<HostPointer> => {
    const pointer: HostPointer = { id, host: name, output, there, inputs, origins, page };
    await keepPointer(options.environment, pointer);
    return pointer;
  };
  const onPlaced = async (placed: Submitted): Promise<void> => void (await keep(placed));
  const pointer = await keep(await runner.submit(spec, { onCopy: options.onCopy, onPlaced }));
  if (pointer.page !== undefined) options.onNotice(`its page is ${pointer.page}`);
  options.onNotice(
    `${pointer.id} runs on ${name}; if this command ends, ft remote follow connects to it again`,
  );
  return await follow(runner, pointer, options);
}

/** Goes on following a run that was started on a host, to its end; of one that has ended, fetches the result. */
export async function followOnHost(name: string, options: HostRunOptions): Promise<RunEvent> {
  const pointer = findPointer(options.environment, name);
  const runner = openHost(findHost(options.environment, pointer.host));
  return await follow(runner, pointer, options);
}

/**
 * Goes on with a run that ended before its last step, there, from its last checkpoint. Undefined: its host has none.
 * Throws as following does.
 */
export async function goOnOnHost(
  name: string,
  options: HostRunOptions,
): Promise<RunEvent | undefined> {
  const pointer = findPointer(options.environment, name);
  const runner = openHost(findHost(options.environment, pointer.host));
  if ((await runner.goOn?.(pointer.id)) !== true) return undefined;
  options.onNotice(`${pointer.id} goes on from its last checkpoint`);
  return await follow(runner, pointer, options);
}

const Started = z.object({
  config: z.looseObject({
    model: z.looseObject({ name: z.string() }),
    data: z.looseObject({ train_file: z.string() }),
    method: z.string(),
  }),
});

/** The folder here, which begins with the run there: until then there is nothing to put into it. */
class Followed {
  readonly #pointer: HostPointer;
  #folder: RunFolder | undefined;
  /** Lines that were taken over. */
  count = 0;
  last: RunEvent | undefined;

  constructor(pointer: HostPointer) {
    this.#pointer = pointer;
    if (!existsSync(join(pointer.output, CONFIG_FILE))) return;
    this.count = loggedCount(pointer.output);
    this.last = readEvents(pointer.output).at(-1);
    this.#folder = reopenRun(pointer.output);
  }

  /** @throws DataError FT-HOST-017 for what is no event. */
  async take(line: string): Promise<RunEvent> {
    const json = parseJson(localText(line, this.#pointer));
    const parsed = RunEvent.safeParse(json.ok ? json.value : undefined);
    if (!parsed.success) throw unreadableEvent(this.#pointer.host, line);
    const event = parsed.data;
    if (this.#folder === undefined && event.type === "run-started") await this.#begin(event);
    this.#folder?.take(event);
    this.count++;
    this.last = event;
    return event;
  }

  async #begin(event: Extract<RunEvent, { type: "run-started" }>): Promise<void> {
    const { config } = Started.parse(event);
    const { runId, time: startedAt } = event;
    const outputDir = this.#pointer.output;
    const folder = openRun(outputDir, { runId });
    this.#folder = folder;
    await folder.writeRecord({ createdAt: startedAt, config, origins: this.#pointer.origins });
    const { model, data, method } = config;
    const named = { model: model.name, dataset: data.train_file, method };
    await recordRun({ runId, outputDir, startedAt, ...named });
  }

  get hasBegun(): boolean {
    return this.#folder !== undefined;
  }

  close(): void {
    this.#folder?.close();
  }
}

/** As ft and systems say it. */
const isFull = (text: string): boolean =>
  /ENOSPC|no space left|disk (?:is )?full|disk quota/i.test(text);

const ends = new Set<RunEvent["type"]>(["run-completed", "run-failed", "run-stopped"]);

async function follow(
  runner: Runner,
  pointer: HostPointer,
  options: HostRunOptions,
): Promise<RunEvent> {
  const followed = new Followed(pointer);
  const stop = (): void => {
    options.onNotice(`stopping the run on ${pointer.host}`);
    runner.cancel(pointer.id).catch((error: unknown) => options.onNotice(String(error)));
  };
  if (options.signal?.aborted === true) stop();
  else options.signal?.addEventListener("abort", stop, { once: true });
  try {
    await toTheEnd(runner, pointer, followed, options);
    await tellSpent(runner, pointer, options);
    const last = await lastEvent(runner, pointer, followed, options.signal).catch(
      async (error: unknown) => {
        if (followed.hasBegun) await fetchSaved(runner, pointer, options);
        throw error;
      },
    );
    if (followed.hasBegun) {
      await persistent(pointer, options, () => fetchResult(runner, pointer));
    }
    if (last.type !== "run-failed") return last;
    const { code, message, hint, problems } = last;
    if (isFull(message)) throw noRoom(pointer.host, message);
    throw new FtError(code, { message, problems: problems ?? [], ...(hint !== null && { hint }) });
  } finally {
    options.signal?.removeEventListener("abort", stop);
    followed.close();
  }
}

/** Of a run that ended without a word: what it had saved, as far as it can be had; the error of its end counts. */
async function fetchSaved(
  runner: Runner,
  pointer: HostPointer,
  { onNotice }: HostRunOptions,
): Promise<void> {
  try {
    await fetchResult(runner, pointer);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return onNotice(`warning: what it had saved could not be fetched: ${why}`);
  }
  const step = readPointer(pointer.output, "latest")?.step;
  if (step === undefined) return;
  onNotice(`its checkpoint of step ${step} is here: ft train resume ${shellWord(pointer.output)}`);
}

/** What a run cost that somebody asks money for; a hub that does not answer then ends nothing. */
async function tellSpent(
  runner: Runner,
  { id, host }: HostPointer,
  { onNotice }: HostRunOptions,
): Promise<void> {
  const spent = await runner.spent(id).catch(() => undefined);
  if (spent !== undefined)
    onNotice(`${host} cost ${formatDollars(spent)}, by the time that it ran`);
}

async function toTheEnd(
  runner: Runner,
  pointer: HostPointer,
  followed: Followed,
  options: HostRunOptions,
): Promise<void> {
  await persistent(pointer, options, async (answered) => {
    for await (const line of runner.metrics(pointer.id, followed.count)) {
      answered();
      options.onEvent(await followed.take(line));
    }
  });
}

const isLine = (error: unknown): error is Error =>
  error instanceof LineDropped || (error instanceof FtError && error.code === "FT-HOST-004");

/** Again while the line breaks, sooner at first; what else goes wrong is thrown. */
async function persistent(
  { host, output }: HostPointer,
  { onNotice, patienceSeconds = 900 }: HostRunOptions,
  act: (answered: () => void) => Promise<void>,
): Promise<void> {
  let since: number | undefined;
  let tries = 0;
  const answered = (): void => {
    if (tries > 0) onNotice(`${host} answers again`);
    since = undefined;
    tries = 0;
  };
  for (;;) {
    try {
      return await act(answered);
    } catch (error) {
      if (!isLine(error)) throw error;
      since ??= Date.now();
      if (Date.now() - since > patienceSeconds * 1000) throw lostSight(host, error.message, output);
      if (tries++ === 0) {
        onNotice(`warning: the line to ${host} broke (${error.message}); the run goes on there`);
      }
      await pause(Math.min(30_000, 500 * 2 ** tries));
    }
  }
}

/** @throws FtError FT-HOST-010 or FT-HOST-012 where the run ended without an event that says so. */
async function lastEvent(
  runner: Runner,
  { id, host }: HostPointer,
  { last }: Followed,
  signal: AbortSignal | undefined,
): Promise<RunEvent> {
  if (last !== undefined && ends.has(last.type)) return last;
  if (last === undefined && signal?.aborted === true)
    throw interrupted(`before it began on ${host}`);
  const said = lastWords((await runner.logs(id, 0)).text);
  if (isFull(said)) throw noRoom(host, said);
  throw endedSilently(host, said);
}
