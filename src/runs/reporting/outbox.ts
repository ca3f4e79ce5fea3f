// Letters to a server, sent one after the other beside the training. A server that answers late, wrongly or not at all
// costs the run nothing: after a few failures the outbox is closed, and that is said once.
import { redact } from "../../core/logger.ts";
import { firstOf } from "../../core/signals.ts";

export interface Letter {
  method?: "GET" | "POST";
  path: string;
  body?: unknown;
}

export interface OutboxOptions {
  /** For messages. */
  server: string;
  base: string;
  headers: Readonly<Record<string, string>>;
  fetch: typeof globalThis.fetch;
  onProblem(message: string): void;
  /** How long one answer is waited for. */
  timeoutMilliseconds?: number;
  /** How long the end of a run waits for what is left. */
  closeMilliseconds?: number;
}

/** Failures in a row after which nothing more is sent. */
const mostFailures = 3;
/** Letters that wait at most; a server that is that far behind gets no more. */
const mostWaiting = 10_000;

/** An answer that is not what was asked for. */
export class ServerRefusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #abort = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;
  #failures = 0;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Does `work` after what came before it; what it throws is a failure to tell. */
  post(work: (send: (letter: Letter) => Promise<unknown>) => Promise<void>): void {
    if (this.#isClosed || this.#waiting >= mostWaiting) return;
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      try {
        if (!this.#isClosed) await work((letter) => this.#send(letter));
        this.#failures = 0;
      } catch (error) {
        this.#fail(error);
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  async #send({ method = "POST", path, body }: Letter): Promise<unknown> {
    const { base, headers, fetch, timeoutMilliseconds = 10_000 } = this.#options;
    const within = firstOf([this.#abort.signal], timeoutMilliseconds);
    try {
      const answer = await fetch(new URL(path, base.endsWith("/") ? base : `${base}/`), {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: within.signal,
      });
      if (!answer.ok) {
        await answer.body?.cancel();
        throw new ServerRefusal(answer.status);
      }
      return await answer.json();
    } finally {
      within.done();
    }
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    if (this.#isClosed || this.#failures < mostFailures) return;
    this.#isClosed = true;
    const reason = error instanceof Error ? error.message : String(error);
    const { server, onProblem } = this.#options;
    onProblem(redact(`${server} cannot be told of this run any more: ${reason}; the run goes on`));
  }

  /** Waits for what is left, a few seconds at most, and says when some of it was not taken. */
  async close(): Promise<void> {
    const { closeMilliseconds = 5000, server, onProblem } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, closeMilliseconds);
    });
    await Promise.race([this.#last, late]);
    clearTimeout(timer);
    if (!this.#isClosed && this.#waiting + this.#failures > 0)
      onProblem(`${server} has not taken all of this run; it is whole in the run's folder`);
    this.#isClosed = true;
    this.#abort.abort();
  }
}
