// How many requests may be open: those that are written and those that wait. One more is turned away, with the time
// after which it is worth asking again.
import { ApiError } from "./api-error.ts";

export interface GateOptions {
  /** Answered at once. */
  parallel: number;
  /** Waiting behind them. */
  queue: number;
}

/** How much of the mean a new duration is. */
const share = 0.2;

/** Seconds. */
const longestWait = 60;

export class Gate {
  readonly #most: number;
  readonly #parallel: number;
  #open = 0;
  /** Of the last requests, later ones counting more. */
  #meanSeconds = 1;

  constructor({ parallel, queue }: GateOptions) {
    this.#parallel = parallel;
    this.#most = parallel + queue;
  }

  get open(): number {
    return this.#open;
  }

  /** What to call once when the request is over. Throws ApiError 429. */
  enter(): () => void {
    if (this.#open >= this.#most) throw this.#full();
    this.#open += 1;
    const began = performance.now();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#open -= 1;
      const seconds = (performance.now() - began) / 1000;
      this.#meanSeconds += share * (seconds - this.#meanSeconds);
    };
  }

  #full(): ApiError {
    const wait = Math.ceil(this.#meanSeconds / this.#parallel);
    const seconds = Math.min(longestWait, Math.max(1, wait));
    return new ApiError(429, {
      message: `too many requests: the server has ${this.#open} open; try again in ${seconds} s`,
      code: "queue_full",
      headers: { "retry-after": String(seconds) },
    });
  }
}
