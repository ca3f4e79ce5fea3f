// A place in text that is still coming: readings are generators that stop where the text ends so far and go on when
// there is more. Knows no format.

/** Reads on; `yield`s where more text is needed, throws `NotACall` where the text is not what was looked for. */
export type Reading<T> = Generator<void, T, void>;

/** What was read is no call after all, and stays text. */
export class NotACall extends Error {
  constructor() {
    super("not a call");
  }
}

const blank = /^\s$/;

/** Where the text from its start on ends, counted from there; -1 if not in this piece. Asked piece by piece. */
export type Scan = (piece: string) => number;

export class Cursor {
  #text: string;
  /** What came since it was last asked for: looking at new text alone keeps long texts linear. */
  #added = "";
  #at = 0;
  #isWhole = false;
  #kept = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** What was read. */
  get read(): string {
    return this.#text.slice(0, this.#at);
  }

  /** What was not read yet. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  get text(): string {
    return this.#text;
  }

  /** What stays text, as one piece, if this is no call. */
  get kept(): string {
    return this.#text.slice(0, this.#kept);
  }

  /** What was read up to here is to stay text if this is no call: it has marks in it that would count by themselves. */
  keep(): void {
    this.#kept = this.#at;
  }

  append(text: string): void {
    this.#text += text;
    this.#added += text;
  }

  /** No more text comes. */
  finish(): void {
    this.#isWhole = true;
  }

  /** The next character, undefined at the end of everything. */
  *peek(): Reading<string | undefined> {
    while (this.#at >= this.#text.length) {
      if (this.#isWhole) return undefined;
      yield;
    }
    return this.#text[this.#at];
  }

  /** The next character, which must be there. */
  *next(): Reading<string> {
    const character = yield* this.peek();
    if (character === undefined) throw new NotACall();
    this.#at++;
    return character;
  }

  /** Reads over blanks, and gives them. */
  *blanks(): Reading<string> {
    const start = this.#at;
    for (;;) {
      const character = yield* this.peek();
      if (character === undefined || !blank.test(character)) break;
      this.#at++;
    }
    return this.#text.slice(start, this.#at);
  }

  /** Whether `literal` stands here; decided as soon as a character differs. Reads over it if it does. */
  *takes(literal: string): Reading<boolean> {
    for (;;) {
      const here = this.#text.slice(this.#at, this.#at + literal.length);
      if (here === literal) {
        this.#at += literal.length;
        return true;
      }
      if (!literal.startsWith(here) || this.#isWhole) return false;
      yield;
    }
  }

  *expect(literal: string): Reading<void> {
    if (!(yield* this.takes(literal))) throw new NotACall();
  }

  /** The first of the literals that stands here; undefined where none does. */
  *takesOne(literals: readonly string[]): Reading<string | undefined> {
    for (const literal of literals) if (yield* this.takes(literal)) return literal;
    return undefined;
  }

  *isAtEnd(): Reading<boolean> {
    return (yield* this.peek()) === undefined;
  }

  /** Blanks and a closing mark; the end of the answer closes as well, because it may be the mark of the end. */
  *close(...marks: readonly string[]): Reading<void> {
    yield* this.blanks();
    if (yield* this.isAtEnd()) return;
    if ((yield* this.takesOne(marks)) === undefined) throw new NotACall();
  }

  /** The text before the nearest of the marks, and the mark, which is read over. */
  *until(...marks: readonly string[]): Reading<{ text: string; mark: string }> {
    const overlap = Math.max(...marks.map(({ length }) => length)) - 1;
    let seen = this.rest;
    for (let from = this.#at; ;) {
      const found = firstOf(marks, seen);
      if (found !== undefined) {
        const text = this.#text.slice(this.#at, from + found.at);
        this.#at = from + found.at + found.mark.length;
        return { text, mark: found.mark };
      }
      const kept = seen.slice(Math.max(0, seen.length - overlap));
      from += seen.length - kept.length;
      seen = kept + (yield* this.#more());
    }
  }

  /** The text that `scan` finds the end of. */
  *span(scan: Scan): Reading<string> {
    const start = this.#at;
    let piece = this.rest;
    for (let from = start; ;) {
      const end = scan(piece);
      if (end !== -1) {
        this.#at = from + end;
        return this.#text.slice(start, this.#at);
      }
      from += piece.length;
      piece = yield* this.#more();
    }
  }

  /** What has come since; there must be something. */
  *#more(): Reading<string> {
    this.#added = "";
    if (this.#isWhole) throw new NotACall();
    yield;
    return this.#added;
  }

  /** Characters of a set, at least one. */
  *run(set: RegExp): Reading<string> {
    const start = this.#at;
    for (;;) {
      const character = yield* this.peek();
      if (character === undefined || !set.test(character)) break;
      this.#at++;
    }
    if (this.#at === start) throw new NotACall();
    return this.#text.slice(start, this.#at);
  }
}

/** The mark that comes first. */
function firstOf(marks: readonly string[], text: string): { mark: string; at: number } | undefined {
  return marks
    .map((mark) => ({ mark, at: text.indexOf(mark) }))
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at)[0];
}

/** Reads text that is all there; undefined where it is something else, or goes on. */
export function readAll<T>(text: string, reading: (cursor: Cursor) => Reading<T>): T | undefined {
  const cursor = new Cursor(text);
  cursor.finish();
  try {
    const step = reading(cursor).next();
    return step.done === true && cursor.rest.trim() === "" ? step.value : undefined;
  } catch (error) {
    if (error instanceof NotACall) return undefined;
    throw error;
  }
}
