// Fields that one object of a row has twice: JSON.parse keeps the last of them without a word. Text that has been
// parsed is expected; one pass, whatever the nesting.
import type { Sighting } from "../profile.ts";

interface Open {
  /** Of an object; a list has none. */
  readonly keys: Set<string> | undefined;
  /** What is being read of it. */
  at: string | number;
}

/** Behind the quote that ends the text which begins at `start`. */
function textEnd(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    at = text.indexOf('"', at);
    if (at === -1) return text.length;
    let slashes = 0;
    while (text[at - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
}

function keyOf(quoted: string): string {
  return quoted.includes("\\") ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

function pathOf(open: readonly Open[]): string {
  return open
    .map(({ keys, at }) => (keys === undefined ? `[${at}]` : `.${at}`))
    .join("")
    .replace(/^\./, "");
}

const [QUOTE, COMMA, COLON] = [0x22, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Each place once, in the order of the text. */
export function* repeatedKeys(text: string): Generator<Sighting> {
  const open: Open[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const inner = open[open.length - 1];
    if (code === QUOTE) {
      const end = textEnd(text, at);
      if (inner?.keys !== undefined) last = text.slice(at, end);
      at = end - 1;
    } else if (code === COLON && inner?.keys !== undefined) {
      inner.at = keyOf(last);
      if (inner.keys.has(inner.at)) yield sighting(open, inner.at);
      inner.keys.add(inner.at);
    } else if (code === OPEN_OBJECT) open.push({ keys: new Set(), at: "" });
    else if (code === OPEN_LIST) open.push({ keys: undefined, at: 0 });
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) open.pop();
    else if (code === COMMA && inner !== undefined && inner.keys === undefined)
      inner.at = Number(inner.at) + 1;
  }
}

function sighting(open: readonly Open[], key: string): Sighting {
  const message = `${JSON.stringify(key)} occurs twice`;
  return { code: "key_twice", field: pathOf(open), message };
}
