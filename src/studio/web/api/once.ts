// What keeps two clicks from doing a thing twice. A button is drawn as busy only after the first of them, and an answer may
// come between the two of a double click: so what was begun last is not begun again while it goes on, nor within the time
// of a double click. Something else, or the same after something else, is a wish of its own.

/** Milliseconds that systems take for a double click, at the most. */
export const doubleClick = 500;

interface Begun {
  name: string;
  at: number;
  isGoing: boolean;
}

/** To be called when it has ended; what failed may be tried again at once. */
export type Ended = (isGood: boolean) => void;

export class Once {
  #latest: Begun | undefined;
  readonly #now: () => number;

  /** `now` gives milliseconds that never go back. */
  constructor(now = (): number => performance.now()) {
    this.#now = now;
  }

  /** Begins it, unless it is the second of two. */
  begin(what: unknown): Ended | undefined {
    const name = JSON.stringify(what) ?? "";
    const before = this.#latest;
    const isSecond = before !== undefined && before.name === name;
    if (isSecond && (before.isGoing || this.#now() - before.at < doubleClick)) return undefined;
    const begun: Begun = { name, at: this.#now(), isGoing: true };
    this.#latest = begun;
    return (isGood) => {
      begun.isGoing = false;
      if (!isGood) begun.at = -Infinity;
    };
  }
}
