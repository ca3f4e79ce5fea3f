// A page that forms are written on: knows where what is said stands on it, and spoils the print as real documents do.
import type { GoldConversation, GoldMessage } from "./gold.ts";
import type { Random } from "./grammar.ts";

export const noises = [
  "clean",
  "wrapped",
  "hanging",
  "page breaks",
  "smart quotes",
  "letters misread",
  "no blank lines",
  "indented",
  "windows",
  "surrounded",
] as const;

export type Noise = (typeof noises)[number];

const misread: readonly (readonly [string, string])[] = [
  ["rn", "m"],
  ["l", "1"],
  ["O", "0"],
  ["e", "c"],
];

export class Page {
  readonly noise: Noise;
  readonly #random: Random;
  readonly #conversations: { messages: GoldMessage[] }[] = [];
  #text = "";
  #lines = 0;
  #pages = 1;

  constructor(noise: Noise, random: Random) {
    this.noise = noise;
    this.#random = random;
  }

  get newline(): string {
    return this.noise === "windows" ? "\r\n" : "\n";
  }

  get gold(): { text: string; conversations: GoldConversation[] } {
    return {
      text: this.#text,
      conversations: this.#conversations.filter(({ messages }) => messages.length > 0),
    };
  }

  /** Text that nobody says; must not have line breaks. */
  put(text: string): this {
    if (this.noise === "indented" && (this.#text === "" || this.#text.endsWith("\n")))
      this.#text += "    ";
    this.#text += text;
    return this;
  }

  line(text = ""): this {
    if (text !== "") this.put(text);
    return this.#break();
  }

  #break(): this {
    this.#text += this.newline;
    this.#lines += 1;
    return this;
  }

  /** A blank line, where the print has such. */
  gap(): this {
    return this.noise === "no blank lines" ? this : this.#break();
  }

  conversation(): this {
    this.#conversations.push({ messages: [] });
    return this;
  }

  #spoiled(text: string): string {
    if (this.noise === "smart quotes") return text.replaceAll("'", "’");
    if (this.noise !== "letters misread") return text;
    const [from, to] = misread[Math.floor(this.#random() * misread.length)] ?? ["rn", "m"];
    const at = text.indexOf(from, Math.floor(text.length * 0.3));
    return at === -1 || at > text.length - 3
      ? text
      : text.slice(0, at) + to + text.slice(at + from.length);
  }

  #wrapped(text: string): string[] {
    if (this.noise !== "wrapped" && this.noise !== "hanging" && this.noise !== "page breaks")
      return text.split("\n");
    return text.split("\n").flatMap((line) => wrap(line, 48));
  }

  #pageBreak(spans: [number, number][]): void {
    const last = spans.at(-1) as [number, number];
    last[1] = this.#text.length;
    this.#pages += 1;
    this.#text += `\n\n\fNorthern Review, volume 7\nPage ${this.#pages}\n\n`;
    this.#lines = 0;
    spans.push([this.#text.length, this.#text.length]);
  }

  /** What somebody says, of several lines where wrapped or in paragraphs; each but the first begins with `prefix`. */
  say(role: GoldMessage["role"], text: string, prefix = ""): this {
    if (this.noise === "indented" && (this.#text === "" || this.#text.endsWith("\n")))
      this.#text += "    ";
    const lines = this.#wrapped(this.#spoiled(text));
    const spans: [number, number][] = [[this.#text.length, 0]];
    for (const [index, line] of lines.entries()) {
      if (index > 0) this.#next(spans, line, prefix);
      this.#text += line;
    }
    (spans.at(-1) as [number, number])[1] = this.#text.length;
    this.#conversations.at(-1)?.messages.push({ role, spans });
    return this;
  }

  #next(spans: [number, number][], line: string, prefix: string): void {
    if (
      this.noise === "page breaks" &&
      this.#lines > 6 &&
      line !== "" &&
      !this.#text.endsWith("\n")
    ) {
      this.#pageBreak(spans);
      return;
    }
    this.#break();
    if (line === "") return;
    this.#text += prefix + (this.noise === "hanging" || this.noise === "indented" ? "    " : "");
  }
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
