// What happens to jobs, told to any number of clients from one look at the database: whoever follows waits here, and what
// came lately is kept in memory. Whoever was away longer is told from the table.
import { setTimeout as pause } from "node:timers/promises";
import { logger } from "../core/logger.ts";
import type { ServerEvent } from "../serve/http/event-stream.ts";
import { eventsAfter, type JobEvent, lastEventId, type Store } from "../store/index.ts";

/** Milliseconds between two looks while somebody follows. */
const every = 200;
/** Events in memory, and of one page from the table. */
const kept = 2000;

export class EventHub {
  readonly #store: Store;
  readonly #ending: AbortSignal;
  #recent: JobEvent[] = [];
  /** The id after which `recent` begins. */
  #since = 0;
  #followers = 0;
  #looking: Promise<void> | undefined;
  #waiting: (() => void)[] = [];

  constructor(store: Store, ending: AbortSignal) {
    this.#store = store;
    this.#ending = ending;
    ending.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** Events after an id, of one job or of all, until the signal. */
  async *follow(
    { after, jobId }: { after: number; jobId?: string | undefined },
    signal: AbortSignal,
  ): AsyncGenerator<JobEvent, void> {
    this.#followers++;
    const wake = (): void => this.#wake();
    signal.addEventListener("abort", wake, { once: true });
    try {
      // an id that nobody has had yet, as of a store that a copy was brought back into: what comes now is told
      let last = Math.min(after, await lastEventId(this.#store));
      while (!signal.aborted && !this.#ending.aborted) {
        const events = await this.#after(last, jobId);
        for (const event of events) {
          last = event.id;
          yield event;
        }
        if (events.length === 0) await this.#next(signal);
      }
    } finally {
      signal.removeEventListener("abort", wake);
      this.#followers--;
    }
  }

  /** Resolves when nobody follows any more, or after so many milliseconds. */
  async left(patience: number): Promise<void> {
    if (this.#followers === 0) return;
    for (const end = Date.now() + patience; this.#followers > 0 && Date.now() < end;) {
      await pause(10);
    }
    // what ends a stream is written after the last who followed has gone
    await pause(20);
  }

  async #after(last: number, jobId: string | undefined): Promise<JobEvent[]> {
    // what is in memory has a beginning only while somebody looks
    if (this.#looking !== undefined && last >= this.#since) {
      return this.#recent.filter(
        ({ id, jobId: of }) => id > last && (jobId === undefined || of === jobId),
      );
    }
    const query = { after: last, limit: kept, ...(jobId !== undefined && { jobId }) };
    return await eventsAfter(this.#store, query);
  }

  /** Resolves when there may be more. */
  async #next(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#ending.aborted) return;
    this.#looking ??= this.#look().catch((error: unknown) => {
      logger().error("events cannot be read", { reason: error });
    });
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Looks while somebody follows. */
  async #look(): Promise<void> {
    try {
      this.#since = await lastEventId(this.#store);
      this.#recent = [];
      let last = this.#since;
      // whoever waits has seen the table before this began: it looks there once more
      this.#wake();
      while (this.#followers > 0 && !this.#ending.aborted) {
        await pause(every, undefined, { signal: this.#ending }).catch(() => undefined);
        if (this.#ending.aborted) return;
        const events = await eventsAfter(this.#store, { after: last, limit: kept });
        if (events.length === 0) continue;
        last = events.at(-1)?.id ?? last;
        this.#recent.push(...events);
        const over = this.#recent.length - kept;
        if (over > 0) this.#since = this.#recent.splice(0, over).at(-1)?.id ?? this.#since;
        this.#wake();
      }
    } finally {
      this.#looking = undefined;
      this.#wake();
    }
  }
}

/** As it goes over the wire: under its id, so that a client which comes back says what it saw. */
export const toldEvent = ({ id, jobId, unitId, at, type, data }: JobEvent): ServerEvent => ({
  id,
  data: { id, job_id: jobId, unit_id: unitId, at: new Date(at).toISOString(), type, data },
});
