// Events on their way from whoever tells to whoever takes them, one at a time and in order.

export class EventQueue<Event> implements AsyncIterable<Event> {
  readonly #events: Event[] = [];
  #wake: (() => void) | undefined;
  #end: { error?: unknown } | undefined;

  push(event: Event): void {
    if (this.#end !== undefined) return;
    this.#events.push(event);
    this.#wake?.();
  }

  /** Nothing follows; with an error, whoever takes gets it after what was told. The first end counts. */
  end(end: { error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event, void> {
    for (;;) {
      while (this.#events.length > 0) yield this.#events.shift() as Event;
      if (this.#end !== undefined) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if ("error" in this.#end) throw this.#end.error;
  }
}
