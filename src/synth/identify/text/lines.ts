// The lines of a stretch of text: where each begins and ends, without its end. Knows nothing of what they say.
import { isBlankCode } from "./characters.ts";

export interface LineRange {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

/** Places are UTF-16 units from the beginning of `text`. */
export class Lines {
  readonly text: string;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** First place that is no blank; the end of the line where there is none. */
  readonly inked: number[] = [];

  constructor(text: string) {
    this.text = text;
    let start = 0;
    while (start < text.length) {
      const newline = this.#lineEnd(start);
      const end = newline === -1 ? text.length : newline;
      this.#add(start, end);
      start = newline === -1 ? text.length : this.#behind(newline);
    }
  }

  /** `\n`, `\r\n`, and `\r` alone where a text has no `\n` at all. */
  #lineEnd(from: number): number {
    if (this.#returnsAlone) return this.text.indexOf("\r", from);
    const newline = this.text.indexOf("\n", from);
    const returns = newline > from && this.text.charCodeAt(newline - 1) === 0x0d;
    return returns ? newline - 1 : newline;
  }

  get #returnsAlone(): boolean {
    return (this.#oldMac ??= !this.text.includes("\n"));
  }

  #oldMac: boolean | undefined;

  #behind(end: number): number {
    return this.text.startsWith("\r\n", end) ? end + 2 : end + 1;
  }

  #add(start: number, end: number): void {
    let inked = start;
    while (inked < end && isBlankCode(this.text.charCodeAt(inked))) inked += 1;
    let trimmed = end;
    while (trimmed > inked && isBlankCode(this.text.charCodeAt(trimmed - 1))) trimmed -= 1;
    this.starts.push(start);
    this.inked.push(inked);
    this.ends.push(trimmed);
  }

  get count(): number {
    return this.starts.length;
  }

  start(line: number): number {
    return this.starts[line] ?? this.text.length;
  }

  /** Behind the last character that is no blank. */
  end(line: number): number {
    return this.ends[line] ?? this.text.length;
  }

  ink(line: number): number {
    return this.inked[line] ?? this.text.length;
  }

  indent(line: number): number {
    return this.ink(line) - this.start(line);
  }

  isBlank(line: number): boolean {
    return this.ink(line) >= this.end(line);
  }

  /** The line without blanks around it. */
  trimmed(line: number): string {
    return this.text.slice(this.ink(line), this.end(line));
  }

  /** The line a place lies in: the last that does not begin behind it. */
  lineAt(place: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start(middle) <= place) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}
