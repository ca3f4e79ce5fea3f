// What in a mail's body its author wrote, and what is quoted, by depth; signatures, disclaimers and the lines that
// introduce quotes are neither. Knows the text alone: who is answered is decided in letters.ts.
import { attributed, fromLine, isDivider, isQuotedHeader } from "./attributions.ts";

/** Lines that belong together. */
export interface Passage {
  /** 0 is the author's own. */
  readonly depth: number;
  readonly lines: string[];
  /** Whom a line before it names as its author. */
  readonly by?: string;
  /** Neither said nor quoted: signatures and their like. */
  readonly isFrame?: boolean;
}

interface Line {
  readonly depth: number;
  readonly text: string;
}

const deepest = 30;

/** Depth and text of a line that may be quoted: `> > text`, `>> text`. */
export function quotedLine(line: string): Line {
  let at = 0;
  let depth = 0;
  while (depth < deepest && line[at] === ">") {
    depth++;
    at++;
    if (line[at] === " " && line[at + 1] === ">") at++;
  }
  if (depth === 0) return { depth, text: line };
  return { depth, text: line.slice(line[at] === " " ? at + 1 : at) };
}

const signatures = [
  "sent from my ",
  "sent from outlook",
  "get outlook for ",
  "von meinem iphone gesendet",
  "envoyé de mon ",
  "enviado desde mi ",
  "inviato da ",
  "gesendet von ",
];
const disclaimers = [
  "this email and any attachments",
  "this e-mail and any attachments",
  "this message and any attachments",
  "this e-mail is confidential",
  "this email is confidential",
  "this message contains confidential",
  "confidentiality notice",
  "disclaimer:",
  "diese e-mail enthält vertrauliche",
  "ce message et toutes les pièces jointes",
  "este mensaje y sus archivos adjuntos",
  "please consider the environment before",
];

const beginnings = new RegExp(`^\\s{0,20}(?:${[...signatures, ...disclaimers].join("|")})`, "iu");

function endsWhatIsSaid(text: string): boolean {
  if (text === "-- " || text === "--") return true;
  return text.length > 8 && (beginnings.test(text) || /^_{40,60}$/u.test(text));
}

class Passages {
  readonly passages: Passage[] = [];
  /** Added to the depth of what follows a divider without marks of its own. */
  #below = 0;
  #by: string | undefined;
  /** At which depth a signature lasts. */
  #frameDepth: number | undefined;

  add(line: Line): void {
    const depth = line.depth + this.#below;
    if (this.#frameDepth !== undefined && depth !== this.#frameDepth) this.#frameDepth = undefined;
    if (endsWhatIsSaid(line.text)) this.#frameDepth = depth;
    this.#put(depth, line.text, this.#frameDepth !== undefined);
  }

  #put(depth: number, text: string, isFrame: boolean): void {
    const last = this.passages.at(-1);
    const goesOn =
      last !== undefined && last.depth === depth && (last.isFrame === true) === isFrame;
    if (goesOn && this.#by === undefined) {
      last.lines.push(text);
      return;
    }
    if (text.trim() === "" && this.#by !== undefined) return;
    const by = this.#by === undefined || isFrame ? {} : { by: this.#by };
    this.#by = undefined;
    this.passages.push({ depth, lines: [text], ...by, ...(isFrame ? { isFrame } : {}) });
  }

  introduce(by: string, lines: readonly string[], depth: number): void {
    this.#by = undefined;
    this.passages.push({ depth: depth + this.#below, lines: [...lines], isFrame: true });
    this.#by = by;
    this.#frameDepth = undefined;
  }

  /** What follows was written before, though nothing marks it. */
  goBelow(): void {
    this.#below++;
  }
}

/** The passages of a body in the order they stand in. */
export function passagesOf(body: string): Passage[] {
  const lines = body
    .split("\n")
    .map((line) => quotedLine(line.endsWith("\r") ? line.slice(0, -1) : line));
  const found = new Passages();
  for (let at = 0; at < lines.length;) at += step(lines, at, found);
  return found.passages;
}

/** Takes the line at `at`, or several where they introduce a quote; how many. */
function step(lines: readonly Line[], at: number, found: Passages): number {
  const line = lines[at] as Line;
  const introduction = introductionAt(lines, at);
  if (introduction !== undefined) {
    const taken = lines.slice(at, at + introduction.count);
    found.introduce(
      introduction.by,
      taken.map(({ text }) => text),
      line.depth,
    );
    const next = lines
      .slice(at + introduction.count, at + introduction.count + 3)
      .find(({ text }) => text.trim() !== "");
    if (introduction.isHeader || next === undefined || next.depth <= line.depth) found.goBelow();
    return introduction.count;
  }
  found.add(line);
  return 1;
}

interface Introduction {
  readonly by: string;
  readonly count: number;
  readonly isHeader?: boolean;
}

function introductionAt(lines: readonly Line[], at: number): Introduction | undefined {
  const { text, depth } = lines[at] as Line;
  if (text === "") return undefined;
  return headerAt(lines, at) ?? (canIntroduce(text) ? attributionAt(lines, at, depth) : undefined);
}

/** A line that ends with a colon, or begins as those do that are broken. */
function canIntroduce(text: string): boolean {
  if (text.length > 200) return false;
  const last = text.trimEnd().at(-1);
  return last === ":" || last === "：" || opening.test(text);
}

const opening = /^\s{0,20}(?:on|am|le|el|em|il|op|den|w) [^\s]/iu;

/** An introducing line may be broken into up to three. It needs a quote, or the end of what is said, behind it. */
function attributionAt(
  lines: readonly Line[],
  at: number,
  depth: number,
): Introduction | undefined {
  let joined = "";
  for (let count = 1; count <= 3; count++) {
    const line = lines[at + count - 1];
    if (line === undefined || line.depth !== depth || line.text.trim() === "") return undefined;
    joined += `${count === 1 ? "" : " "}${line.text.trim()}`;
    const by = attributed(joined);
    if (by !== undefined) return quoteFollows(lines, at + count, depth) ? { by, count } : undefined;
    if (count === 1 && !opening.test(joined)) return undefined;
  }
  return undefined;
}

function quoteFollows(lines: readonly Line[], from: number, depth: number): boolean {
  const next = lines
    .slice(from, from + 3)
    .find(({ text, depth: its }) => text.trim() !== "" || its > depth);
  return next !== undefined && next.depth > depth;
}

/** A divider, a header block of a quoted mail, or both. */
function headerAt(lines: readonly Line[], at: number): Introduction | undefined {
  const { depth, text } = lines[at] as Line;
  let from = at;
  if (isDivider(text)) from++;
  while (from > at && from < at + 3 && lines[from]?.text.trim() === "") from++;
  const by = lines[from]?.depth === depth ? fromLine(lines[from]?.text ?? "") : undefined;
  let end = from + 1;
  while (lines[end]?.depth === depth && isQuotedHeader(lines[end]?.text ?? "")) end++;
  if (by === undefined || end - from < 3) return undefined;
  return { by, count: end - at, isHeader: true };
}
