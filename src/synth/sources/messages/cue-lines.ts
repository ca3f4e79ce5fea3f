// What is said in a line of a subtitle: the voice it names and the text without markup, as slices of the line.
// Serves WebVTT and SubRip, which share most of it in practice.

/** A piece of a cue's payload that one voice says. */
export interface Said {
  readonly speaker?: { readonly name: string; readonly start: number; readonly end: number };
  /** Begins another voice without naming it: `- `, `>> `. */
  readonly isOther?: boolean;
  readonly start: number;
  readonly end: number;
}

const longestName = 48;

/** Slices of a line that are text, cut where a tag names a voice; other tags are cut out. Tags are `<` to `>`. */
export function saidInLine(line: string): Said[] {
  const said: Said[] = [];
  let speaker: Said["speaker"];
  let from = 0;
  for (let open = line.indexOf("<"); open !== -1; open = line.indexOf("<", from)) {
    const close = line.indexOf(">", open);
    if (close === -1) break;
    speaker = pushSlice(said, line, from, open, speaker);
    speaker = voiceOf(line, open, close) ?? (line.startsWith("</v", open) ? undefined : speaker);
    from = close + 1;
  }
  pushSlice(said, line, from, line.length, speaker);
  return said.length > 1 ? said.filter(({ start, end }) => start < end) : said;
}

/** Adds a slice; who speaks behind it. A name before a colon is one at the beginning of the line alone. */
function pushSlice(
  said: Said[],
  line: string,
  from: number,
  to: number,
  speaker: Said["speaker"],
): Said["speaker"] {
  const text = line.slice(from, to);
  const start = from + text.length - text.trimStart().length;
  const end = from + text.trimEnd().length;
  if (start >= end) return speaker;
  const isFirst = said.length === 0 && speaker === undefined;
  const slice = isFirst ? labelled(line, start, end) : { start, end };
  said.push(speaker === undefined ? slice : { speaker, start, end });
  return slice.speaker ?? speaker;
}

/** `<v Name>`, `<v.loud Name>`. */
function voiceOf(line: string, open: number, close: number): Said["speaker"] {
  if (line[open + 1] !== "v" || !" .\t".includes(line[open + 2] ?? "x")) return undefined;
  const space = line.slice(open, close).search(/[ \t]/u);
  if (space === -1) return undefined;
  const inside = line.slice(open + space, close);
  const name = inside.trim();
  const start = open + space + inside.indexOf(name);
  return name === "" ? undefined : { name, start, end: start + name.length };
}

/** `NAME: text`, `>> NAME: text`, `- text`, `[Name] text` is left alone. */
function labelled(line: string, from: number, end: number): Said {
  const start = behindDash(line, from, end);
  const isOther = start > from;
  const colon = line.slice(start, Math.min(end, start + longestName + 2)).indexOf(":");
  const name = colon < 1 ? "" : line.slice(start, start + colon);
  if (!isName(name) || !isGap(line, start + colon + 1, end))
    return { start, end, ...(isOther ? { isOther } : {}) };
  let textFrom = start + colon + 1;
  while (textFrom < end && line[textFrom] === " ") textFrom++;
  return { speaker: { name, start, end: start + colon }, start: textFrom, end };
}

function isGap(line: string, at: number, end: number): boolean {
  return at === end || line[at] === " " || line[at] === "\u{a0}";
}

function behindDash(line: string, from: number, end: number): number {
  for (const sign of [">>>", ">>", "&gt;&gt;", "- ", "– ", "-"]) {
    if (!line.startsWith(sign, from)) continue;
    let at = from + sign.length;
    while (at < end && line[at] === " ") at++;
    return at;
  }
  return from;
}

const notNames = new Set([
  "note",
  "notes",
  "warning",
  "example",
  "http",
  "https",
  "remember",
  "question",
  "answer",
]);

/** A name begins with a capital or a digit-less script's letter, and is a few words long. */
export function isName(written: string): boolean {
  if (written === "" || written.length > longestName || written !== written.trim()) return false;
  const words = written.split(" ");
  if (words.length > 5 || notNames.has(written.toLowerCase())) return false;
  if (!/^[\p{Lu}\p{Lo}\p{Lt}]/u.test(written)) return false;
  return /^[\p{L}\p{M}\p{N}.'’_() #&/-]+$/u.test(written);
}
