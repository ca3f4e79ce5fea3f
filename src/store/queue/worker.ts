// Works through the queue in this process: claims, heartbeats, runs kinds, settles, reaps what others lost.
// Any number of workers in any number of processes share one store.
import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { firstOf } from "../../core/signals.ts";
import type { Store } from "../store.ts";
import { type ClaimedUnit, claimUnits } from "./claim.ts";
import { beat, registerWorker, removeWorker, stoppedAmong } from "./heartbeat.ts";
import { readJob } from "./jobs.ts";
import type { UnitKinds } from "./kinds.ts";
import type { JobsAtOnce } from "./limits.ts";
import { reapLeases } from "./reaper.ts";
import { isEnded } from "./status.ts";
import { workOn } from "./work-on.ts";

export interface WorkerOptions extends JobsAtOnce {
  /** Units at once in this worker; 4 unless said. */
  slots?: number;
  /** Units in hand are stopped and given back, then the worker ends. */
  signal?: AbortSignal;
  /** Ends when this job has ended or is paused; else when the signal says so. */
  untilEnded?: string;
  /** Works on this job alone. */
  onlyJob?: string;
  /** Asked when nothing is in hand: true ends the worker. */
  until?: () => Promise<boolean>;
  /** How long a unit stays with a worker that is not heard of; 30 s unless said. */
  leaseMilliseconds?: number;
  /** Milliseconds between two looks when there is nothing to do; 250 unless said. */
  every?: number;
}

interface HeldUnit {
  unit: ClaimedUnit;
  abort: AbortController;
  ended: Promise<void>;
}

class QueueWorker {
  readonly id = `${process.pid}-${randomBytes(3).toString("hex")}`;
  readonly #store: Store;
  readonly #kinds: UnitKinds;
  readonly #slots: number;
  readonly #lease: number;
  readonly #every: number;
  readonly #signal: AbortSignal | undefined;
  readonly #untilEnded: string | undefined;
  readonly #until: (() => Promise<boolean>) | undefined;
  readonly #onlyJob: string | undefined;
  readonly #places: JobsAtOnce;
  readonly #held = new Map<number, HeldUnit>();
  #wake: () => void = () => undefined;
  #beatAt = 0;
  /** What went wrong outside of any unit, the store itself for one. */
  #fault: unknown;

  constructor(store: Store, kinds: UnitKinds, options: WorkerOptions) {
    this.#store = store;
    this.#kinds = kinds;
    this.#slots = options.slots ?? 4;
    this.#lease = options.leaseMilliseconds ?? 30_000;
    this.#every = options.every ?? 250;
    this.#signal = options.signal;
    this.#untilEnded = options.untilEnded;
    this.#until = options.until;
    this.#onlyJob = options.onlyJob;
    const { jobs, jobsInAll } = options;
    this.#places = { ...(jobs && { jobs }), ...(jobsInAll !== undefined && { jobsInAll }) };
  }

  async run(): Promise<void> {
    await registerWorker(this.#store, this.id);
    const stopping = new AbortController();
    const beating = this.#beatUntil(stopping.signal);
    try {
      while (!(await this.#isDone())) await this.#turn();
    } finally {
      for (const { abort } of this.#held.values()) abort.abort();
      await Promise.all([...this.#held.values()].map(({ ended }) => ended));
      stopping.abort();
      await beating;
      await removeWorker(this.#store, this.id);
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #isDone(): Promise<boolean> {
    if (this.#signal?.aborted === true || this.#fault !== undefined) return true;
    if (this.#held.size > 0) return false;
    if ((await this.#until?.()) === true) return true;
    if (this.#untilEnded === undefined) return false;
    const { status } = await readJob(this.#store.db, this.#untilEnded);
    return isEnded(status) || status === "paused";
  }

  async #turn(): Promise<void> {
    await this.#stopUnwanted();
    const free = this.#slots - this.#held.size;
    const claimed = free > 0 ? await this.#claim(free) : [];
    for (const unit of claimed) this.#begin(unit);
    if (claimed.length === 0 || claimed.length === free) await this.#untilSomethingHappens();
  }

  async #claim(count: number): Promise<ClaimedUnit[]> {
    const names = this.#kinds.names();
    const kinds = new Map(names.map((name) => [name, this.#kinds.get(name).concurrency]));
    const leaseMilliseconds = this.#lease;
    const how = { worker: this.id, kinds, count, leaseMilliseconds };
    const only = this.#onlyJob === undefined ? {} : { onlyJob: this.#onlyJob };
    return await claimUnits(this.#store, { ...how, ...only, ...this.#places });
  }

  #begin(unit: ClaimedUnit): void {
    const abort = new AbortController();
    const kind = this.#kinds.get(unit.kind);
    const ended = workOn(this.#store, kind, unit, this.id, abort.signal)
      .catch((error: unknown) => void (this.#fault ??= error))
      .finally(() => {
        this.#held.delete(unit.id);
        this.#wake();
      });
    this.#held.set(unit.id, { unit, abort, ended });
  }

  async #untilSomethingHappens(): Promise<void> {
    const waking = new AbortController();
    this.#wake = () => waking.abort();
    const { signal, done } = firstOf([waking.signal, this.#signal]);
    await pause(this.#every, undefined, { signal }).catch(() => undefined);
    done();
  }

  async #stopUnwanted(): Promise<void> {
    const held = [...this.#held.values()];
    const jobs = [...new Set(held.map(({ unit }) => unit.jobId))];
    const { cancelled, paused } = await stoppedAmong(this.#store.db, jobs);
    for (const { unit, abort } of held) {
      const isPaused =
        paused.has(unit.jobId) && this.#kinds.get(unit.kind).stopsWhenPaused === true;
      if (cancelled.has(unit.jobId) || isPaused) abort.abort();
    }
  }

  /** Renews leases and takes back what dead workers held, until the signal; three times in the length of a lease. */
  async #beatUntil(signal: AbortSignal): Promise<void> {
    const every = Math.min(this.#lease / 3, 2000);
    while (!signal.aborted && this.#fault === undefined) {
      await this.#beat(every).catch((error: unknown) => void (this.#fault ??= error));
      await pause(every, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beat(every: number): Promise<void> {
    const now = this.#store.now();
    const since = now - this.#beatAt;
    // less than nothing: the machine's clock was set back
    if (since < 0 || since >= this.#lease / 3 - every / 2) {
      this.#beatAt = now;
      const kept = await beat(this.#store, this.id, this.#lease);
      for (const { unit, abort } of this.#held.values()) {
        if (kept.get(unit.id) !== unit.fence) abort.abort();
      }
    }
    await reapLeases(this.#store);
  }
}

/** Works until the signal, or until the named job has ended. Throws what the store throws; a unit's errors are its own. */
export async function runWorker(
  store: Store,
  kinds: UnitKinds,
  options: WorkerOptions = {},
): Promise<void> {
  await new QueueWorker(store, kinds, options).run();
}
