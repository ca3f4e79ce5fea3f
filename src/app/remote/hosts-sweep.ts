// A sweep over several hosts: each has one run at a time and takes the next when that is over. What was begun by an earlier
// call is followed where it runs; a host that fails gives its run to another.
import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { FtError } from "../../core/errors.ts";
import { asFtError } from "../../core/packed-errors.ts";
import type { Environment } from "../../core/paths.ts";
import { LineDropped } from "../../remote/hosts/runner.ts";
import {
  claimFolder,
  isDone,
  resultOf,
  type Sweep,
  type Trial,
  type TrialResult,
} from "../train/sweep.ts";
import { pointerOf } from "./hosts-pointer.ts";
import { followOnHost, goOnOnHost, type HostRunOptions, startOnHost } from "./hosts-run.ts";
import { findHost, openHost } from "./hosts.ts";

export interface HostTrialResult extends TrialResult {
  /** Which trained it; null: none has. */
  host: string | null;
}

export interface HostSweepOptions {
  environment: Environment;
  /** Aborting stops the runs there, each saved, and begins no more. */
  signal?: AbortSignal | undefined;
  onNotice(text: string): void;
  onTrial(trial: Trial, index: number, count: number, host: string | null): void;
  onResult(result: HostTrialResult): void;
  /** How long a host may be silent, in seconds. */
  patienceSeconds?: number | undefined;
}

/** What is wrong with a place and not with the run: another place may do it. */
const isOfHost = (error: FtError): boolean => error.code.startsWith("FT-HOST-");

const told = (thrown: unknown): FtError =>
  asFtError(thrown, (details) => new FtError("FT-RUN-UNEXPECTED", details));

/** What an attempt left is kept beside the folder, which the next one needs empty. */
async function setAside(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined;
  for (let number = 1; ; number++) {
    const place = `${folder}.before-${number}`;
    if (existsSync(place)) continue;
    await rename(folder, place);
    return place;
  }
}

class HostSweep {
  readonly #options: HostSweepOptions;
  readonly #trials: readonly Trial[];
  /** Indices of trials that nobody has taken. */
  readonly #waiting: number[];
  readonly #results = new Map<number, HostTrialResult>();
  /** Of hosts that failed, why. */
  readonly #failed = new Map<string, FtError>();
  /** Trials that some host has in hand, and who waits for one to be given back. */
  #busy = 0;
  #wake: (() => void)[] = [];

  constructor(trials: readonly Trial[], options: HostSweepOptions) {
    this.#trials = trials;
    this.#options = options;
    this.#waiting = [...trials.keys()].filter((index) => !this.#isDoneBefore(index));
  }

  #isDoneBefore(index: number): boolean {
    const trial = this.#trials[index] as Trial;
    if (!isDone(trial)) return false;
    const host = pointerOf(this.#options.environment, trial.folder)?.host ?? null;
    this.#options.onTrial(trial, index, this.#trials.length, null);
    this.#results.set(index, { ...resultOf(trial, undefined), host });
    return true;
  }

  /** What runs on this host already comes first; what runs on another is left to it while it is well. */
  #next(host: string, hosts: readonly string[]): number | undefined {
    const whose = (index: number): string | undefined =>
      pointerOf(this.#options.environment, (this.#trials[index] as Trial).folder)?.host;
    const isOthers = (name: string | undefined): boolean =>
      name !== undefined && name !== host && hosts.includes(name) && !this.#failed.has(name);
    const own = this.#waiting.find((index) => whose(index) === host);
    const index = own ?? this.#waiting.find((each) => !isOthers(whose(each)));
    if (index !== undefined) this.#waiting.splice(this.#waiting.indexOf(index), 1);
    return index;
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #runOn(host: string, trial: Trial): Promise<void> {
    const { environment, signal, onNotice, patienceSeconds } = this.#options;
    const options: HostRunOptions = {
      ...{ environment, signal, patienceSeconds, onEvent: () => undefined },
      onNotice: (text) => onNotice(`${host}: ${text}`),
    };
    const before = pointerOf(environment, trial.folder);
    if (before?.host === host) {
      const last = await followOnHost(trial.folder, options).catch((error: unknown) => {
        const failure = told(error);
        onNotice(`${host}: what was begun there failed: ${failure.message}`);
        return undefined;
      });
      if (last?.type === "run-completed" || signal?.aborted === true) return;
      if ((await goOnOnHost(trial.folder, options)) !== undefined) return;
      onNotice(`${host}: there is no checkpoint to go on from; it begins again`);
    }
    const kept = await setAside(trial.folder);
    if (kept !== undefined) onNotice(`${host}: what an earlier attempt left is in ${kept}`);
    await startOnHost(trial.resolved, host, options);
  }

  async #work(host: string, hosts: readonly string[]): Promise<void> {
    while (this.#options.signal?.aborted !== true && !this.#failed.has(host)) {
      const index = this.#next(host, hosts);
      if (index === undefined) {
        if (this.#busy === 0) return;
        // one of those in hand may be given back
        await new Promise<void>((resolve) => this.#wake.push(resolve));
        continue;
      }
      this.#busy++;
      const trial = this.#trials[index] as Trial;
      this.#options.onTrial(trial, index, this.#trials.length, host);
      try {
        await this.#runOn(host, trial);
        this.#ended(index, host, undefined);
      } catch (thrown) {
        const isLine = thrown instanceof LineDropped;
        this.#endedBadly(index, host, told(thrown), isLine);
      } finally {
        this.#busy--;
        this.#changed();
      }
    }
  }

  #ended(index: number, host: string | null, error: FtError | undefined): void {
    const result = { ...resultOf(this.#trials[index] as Trial, error), host };
    this.#results.set(index, result);
    this.#options.onResult(result);
  }

  #endedBadly(index: number, host: string, error: FtError, isLine: boolean): void {
    if (!isLine && !isOfHost(error)) return this.#ended(index, host, error);
    this.#failed.set(host, error);
    this.#waiting.unshift(index);
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    this.#options.onNotice(
      `${host} gives its run to another and gets no more: ${error.code} ${error.message}${hint}`,
    );
  }

  async run(hosts: readonly string[]): Promise<HostTrialResult[]> {
    await Promise.all(hosts.map((host) => this.#work(host, hosts)));
    const [failure] = [...this.#failed.values()].slice(-1);
    return this.#trials.map((trial, index) => {
      const known = this.#results.get(index);
      return known ?? { ...resultOf(trial, failure), host: null };
    });
  }
}

/**
 * Trains what is not done yet on these hosts. The results are in the trials' order.
 * @throws UsageError FT-HOST-001 and 014 before anything begins.
 */
export async function runSweepOnHosts(
  sweep: Sweep,
  names: readonly string[],
  options: HostSweepOptions,
): Promise<HostTrialResult[]> {
  const hosts = [...new Set(names)];
  for (const name of hosts) openHost(findHost(options.environment, name));
  await claimFolder(sweep);
  return await new HostSweep(sweep.trials, options).run(hosts);
}
