// One answer while it is written: whoever asked follows its tokens, waits for its end, or cancels it.
// Computes nothing: the engine tells it.
import type { GeneratedToken, GenerationEnd } from "./requests.ts";

interface Told {
  onToken(token: GeneratedToken): void;
}

export class Generation implements AsyncIterable<GeneratedToken> {
  /** Rejects with what went wrong in the engine. */
  readonly ended: Promise<GenerationEnd>;
  readonly #tokens: GeneratedToken[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;
  #isCancelled = false;
  #resolve!: (end: GenerationEnd) => void;
  #reject!: (error: unknown) => void;
  readonly #told: Told | undefined;

  constructor(told?: Told) {
    this.#told = told;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // told to those who wait; for others it is not an error of the program
    this.ended.catch(() => {});
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** No further token is computed; `ended` resolves with what there is. */
  cancel(): void {
    this.#isCancelled = true;
  }

  /** Tokens from the first on that was not taken yet; throws what `ended` rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<GeneratedToken> {
    for (;;) {
      while (this.#tokens.length > 0) yield this.#tokens.shift() as GeneratedToken;
      if (this.#isOver) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    await this.ended;
  }

  tell(token: GeneratedToken): void {
    if (this.#told === undefined) this.#tokens.push(token);
    else this.#told.onToken(token);
    this.#wake?.();
  }

  end(end: GenerationEnd): void {
    this.#isOver = true;
    this.#resolve(end);
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#isOver = true;
    this.#reject(error);
    this.#wake?.();
  }
}
