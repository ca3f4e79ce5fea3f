// One call to the model's process while it runs: events as they come, then a result or an error.
import { EventQueue } from "./event-queue.ts";

export class ModelCall<Event, Result> implements AsyncIterable<Event> {
  /** Rejects with what the events end in. */
  readonly result: Promise<Result>;
  readonly #events = new EventQueue<Event>();
  #resolve!: (result: Result) => void;
  #reject!: (error: unknown) => void;

  constructor() {
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // told to those who wait; for others it is not an error of the program
    this.result.catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    return this.#events[Symbol.asyncIterator]();
  }

  tell(event: Event): void {
    this.#events.push(event);
  }

  succeed(result: Result): void {
    this.#resolve(result);
    this.#events.end();
  }

  fail(error: unknown): void {
    this.#reject(error);
    this.#events.end({ error });
  }
}
