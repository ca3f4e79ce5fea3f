// How a text begins, for telling kinds of logs apart: its first lines, and how many of them are in some form.
import { encodingOf } from "../../../core/text-encoding.ts";

const mostLines = 300;

/** The first lines of a file that are not empty, without the last one where the file may go on in it. */
export function headLines(head: Uint8Array): string[] {
  const lines = headText(head).split("\n");
  if (head.length >= 16_384) lines.pop();
  return lines
    .slice(0, mostLines * 2)
    .map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
    .filter((line) => line.trim() !== "")
    .slice(0, mostLines);
}

const texts = new WeakMap<Uint8Array, string>();

/** Decoded, without its byte-order mark. Readers ask one after another about the same head. */
export function headText(head: Uint8Array): string {
  const known = texts.get(head);
  if (known !== undefined) return known;
  const text = new TextDecoder(encodingOf(head)).decode(head);
  texts.set(head, text);
  return text;
}

/** Words that programs' logs have where a chat has a name. */
const levels = new Set(
  "info warn warning error debug trace fatal critical notice severe fine finer verbose log alert emerg".split(
    " ",
  ),
);

/** Whether something that stands where a name does is a level of a program's log, by itself or with what wrote it. */
export function isLogWord(name: string): boolean {
  return name
    .toLowerCase()
    .split(/[^a-z]/u)
    .some((word) => levels.has(word));
}

/**
 * How surely a log is in the form in which `speakers` were found, one for each line of it (undefined for lines of the
 * form that nobody says): needs two lines that someone says, a fair share of all, and people rather than levels.
 */
export function sureness(
  speakers: readonly (string | undefined)[],
  lines: number,
  share: number,
): number {
  const named = speakers.filter((speaker) => speaker !== undefined);
  if (named.length < 2 || speakers.length < lines * share) return 0;
  if (named.filter(isLogWord).length > named.length / 4) return 0;
  return 0.95;
}
