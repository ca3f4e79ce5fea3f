// How many requests go out at once: never more than the limit; fewer, by half each time, when the service asks for that,
// and one more after each round without complaint (AIMD: Chiu and Jain 1989). All wait when it says for how long.
import { setTimeout as pause } from "node:timers/promises";
import { ProviderFailure } from "./failures.ts";

/** For longer nobody waits; whoever asked is told. */
export const longestWait = 300_000;

export class Gate {
  readonly #limit: number;
  #width: number;
  #inside = 0;
  #closedUntil = 0;
  /** Those of requests that went out together count once: each knows how many there were when it went. */
  #complaints = 0;
  readonly #waiting: (() => void)[] = [];

  /** `limit`: requests at once, at most. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#width = limit;
  }

  /** Requests that may go out at once now. */
  get width(): number {
    return Math.max(1, Math.floor(this.#width));
  }

  /** Runs `ask` when there is room. Its failures narrow the gate and go on to the caller. */
  async pass<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    const known = this.#complaints;
    try {
      const value = await ask();
      this.#width = Math.min(this.#limit, this.#width + 1 / this.#width);
      return value;
    } catch (error) {
      if (error instanceof ProviderFailure) this.#heed(error, known);
      throw error;
    } finally {
      this.#inside--;
      this.#wakeAll();
    }
  }

  #heed({ kind, retryAfter }: ProviderFailure, known: number): void {
    if (kind !== "limited" && kind !== "unavailable" && kind !== "silent") return;
    if (known === this.#complaints) {
      this.#width = Math.max(1, this.#width / 2);
      this.#complaints++;
    }
    if (retryAfter === undefined || retryAfter > longestWait) return;
    this.#closedUntil = Math.max(this.#closedUntil, performance.now() + retryAfter);
  }

  async #enter(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const closed = this.#closedUntil - performance.now();
      if (closed > 0) await pause(closed, undefined, { signal });
      else if (this.#inside < this.width) break;
      else await this.#woken(signal);
    }
    this.#inside++;
  }

  async #woken(signal: AbortSignal): Promise<void> {
    let wake = (): void => undefined;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    this.#waiting.push(wake);
    signal.addEventListener("abort", wake, { once: true });
    await woken;
    signal.removeEventListener("abort", wake);
  }

  #wakeAll(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
