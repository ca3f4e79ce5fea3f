// The text of one answer as its tokens come: pieces that nothing later can change, up to a stop text.
// Looks for nothing but stop texts; what calls and thoughts are is text/'s.
import { TextStream } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";

export interface StopText {
  /** What is certain, without the stop text and without what may become one. */
  text: string;
  /** The stop text that was met: nothing after it counts. */
  stopString?: string;
}

/** Where the first of the stop texts begins. */
function firstStop(text: string, stops: readonly string[]): [at: number, stop: string] | undefined {
  const found = stops
    .map((stop) => [text.indexOf(stop), stop] as [number, string])
    .filter(([at]) => at >= 0);
  return found.sort(([a, x], [b, y]) => a - b || y.length - x.length)[0];
}

/** How much of the end of a text may be the start of a stop text. */
function heldBack(text: string, stops: readonly string[]): number {
  const longest = Math.max(0, ...stops.map((stop) => stop.length - 1));
  for (let count = Math.min(longest, text.length); count > 0; count--)
    if (stops.some((stop) => stop.startsWith(text.slice(-count)))) return count;
  return 0;
}

export class AnswerText {
  readonly #stream: TextStream;
  readonly #stops: readonly string[];
  /** Certain, but perhaps the start of a stop text. */
  #held = "";

  /** `shown`: special tokens that are told as text. */
  constructor(
    tokenizer: Tokenizer,
    stops: readonly string[] = [],
    shown: ReadonlySet<string> = new Set(),
  ) {
    this.#stream = new TextStream(tokenizer, { shown });
    this.#stops = stops.filter((stop) => stop !== "");
  }

  add(id: number): StopText {
    return this.#told(this.#stream.add(id));
  }

  /** No token follows. */
  end(): StopText {
    const last = this.#told(this.#stream.end());
    const rest = last.stopString === undefined ? this.#held : "";
    this.#held = "";
    return { ...last, text: last.text + rest };
  }

  #told(certain: string): StopText {
    if (this.#stops.length === 0) return { text: certain };
    const text = this.#held + certain;
    const stop = firstStop(text, this.#stops);
    const end = stop?.[0] ?? text.length - heldBack(text, this.#stops);
    this.#held = text.slice(end);
    return { text: text.slice(0, end), ...(stop && { stopString: stop[1] }) };
  }
}
