// A text with mail in it as sections: what one person wrote at one time, with how deep it is quoted.
import type { Span } from "../../sources/types.ts";
import { isDashCode } from "../text/characters.ts";
import { spansOf, unquoted } from "../text/content.ts";
import type { Stretch } from "../text/stretch.ts";
import { attributionEnd, headEnd, type MailHead } from "./heads.ts";

export interface Section {
  readonly depth: number;
  readonly author: string | undefined;
  /** Whether a head stands above it. */
  readonly head: boolean;
  /** Whether a line says who wrote it. */
  readonly attributed: boolean;
  /** Whether its subject says it answers. */
  readonly reply: boolean;
  /** Under a line such as `-----Original Message-----`. */
  readonly original: boolean;
  readonly spans: readonly Span[];
}

interface Open {
  first: number;
  last: number;
  depth: number;
  author: string | undefined;
  head: boolean;
  attributed: boolean;
  reply: boolean;
  original: boolean;
}

const originals = [
  "original message",
  "ursprüngliche nachricht",
  "message d'origine",
  "mensaje original",
  "mensagem original",
  "messaggio originale",
  "forwarded message",
  "özgün ileti",
  "orijinal mesaj",
  "原始邮件",
];

function isOriginal(stretch: Stretch, line: number): boolean {
  const text = stretch.lines.trimmed(line).slice(0, 80);
  if (!isDashCode(text.charCodeAt(0)) && !text.startsWith("_") && !text.startsWith("*"))
    return false;
  const lower = text.toLowerCase();
  return originals.some((words) => lower.includes(words));
}

function depthOf({ lines, text }: Stretch, line: number): number {
  let depth = 0;
  for (let at = lines.ink(line); at < lines.end(line) && depth < 16; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3e) depth += 1;
    else if (code !== 0x20) break;
  }
  return depth;
}

function isEmptyQuote({ lines, text }: Stretch, line: number): boolean {
  for (let at = lines.ink(line); at < lines.end(line); at += 1)
    if (text.charCodeAt(at) !== 0x3e && text.charCodeAt(at) !== 0x20) return false;
  return true;
}

/** Lines of one message at most: more is a document with something like a head in it. */
const longest = 400;

/** Collects sections line by line. A thread ends where another subject begins. */
class Threads {
  readonly #stretch: Stretch;
  readonly #threads: Section[][] = [[]];
  #open: Open | undefined;
  #original = false;
  #left = false;
  #quotedBy: string | undefined;
  #subject: string | undefined;

  constructor(stretch: Stretch) {
    this.#stretch = stretch;
  }

  #close(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined || open.last - open.first > longest) return;
    const { lines } = this.#stretch;
    const from =
      open.depth > 0 ? unquoted(this.#stretch, open.first, open.depth) : lines.ink(open.first);
    const spans = spansOf(this.#stretch, { from, last: open.last }, open.depth);
    if (spans.length > 0) this.#threads.at(-1)?.push({ ...open, spans });
  }

  #begin(line: number, depth: number, from: Partial<Open>): void {
    this.#close();
    this.#left = false;
    const open = {
      author: undefined,
      head: false,
      attributed: false,
      reply: false,
      original: false,
    };
    this.#open = { first: line, last: line, depth, ...open, ...from };
  }

  /** A heading begins something that is no mail, until a head or a line of who wrote says otherwise. */
  #leave(): void {
    this.#close();
    this.#left = (this.#threads.at(-1)?.length ?? 0) > 0;
  }

  #head({ end, author, reply, subject }: MailHead): void {
    this.#close();
    if (subject !== undefined && this.#subject !== undefined && subject !== this.#subject)
      this.#threads.push([]);
    this.#subject = subject ?? this.#subject;
    this.#begin(end, 0, { author, head: true, reply, original: this.#original });
    this.#original = false;
  }

  /** The line to go on with. */
  line(line: number): number {
    const stretch = this.#stretch;
    if (isOriginal(stretch, line)) {
      this.#close();
      this.#original = true;
      return line + 1;
    }
    const head = headEnd(stretch, line);
    if (head !== undefined) {
      this.#head(head);
      return head.end;
    }
    const said = depthOf(stretch, line) === 0 ? attributionEnd(stretch, line) : undefined;
    if (said !== undefined && quotesFollow(stretch, said.end)) {
      this.#close();
      this.#left = false;
      this.#quotedBy = said.author ?? "";
      return said.end;
    }
    if (stretch.heading(line) > 0 && stretch.fence(line) === 0) this.#leave();
    else if (!this.#left) this.#text(line);
    return line + 1;
  }

  #text(line: number): void {
    if (isEmptyQuote(this.#stretch, line)) return;
    const depth = depthOf(this.#stretch, line);
    if (depth > 0 && attributionEnd(this.#stretch, line) !== undefined) return this.#close();
    if (this.#open?.depth !== depth) {
      const by = depth === 1 ? this.#quotedBy : undefined;
      this.#begin(line, depth, {
        author: by === "" ? undefined : by,
        attributed: by !== undefined,
      });
    }
    if (this.#open !== undefined) this.#open.last = line + 1;
  }

  get found(): Section[][] {
    this.#close();
    return this.#threads.filter(
      (thread) => thread.length > 1 && thread.some(({ head, attributed }) => head || attributed),
    );
  }
}

function quotesFollow(stretch: Stretch, line: number): boolean {
  for (let below = line; below < Math.min(line + 3, stretch.lines.count); below += 1)
    if (stretch.text.charCodeAt(stretch.lines.ink(below)) === 0x3e) return true;
  return false;
}

/** The threads of mail in a text: none where neither a head nor a line of who wrote what stands in it. */
export function sectionsOf(stretch: Stretch): Section[][] {
  const threads = new Threads(stretch);
  for (let line = 0; line < stretch.lines.count;) line = threads.line(line);
  return threads.found;
}
