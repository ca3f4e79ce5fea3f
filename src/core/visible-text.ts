// Text from elsewhere (rows, model answers, file names) as a terminal may show it: what would move the cursor, change
// colors or turn the direction of writing is written out. Line breaks and tabs stay.

/** C0 but for tab and newline, DEL, C1 (8-bit escapes among them), and marks of writing direction. */
// oxlint-disable-next-line no-control-regex
const unseen = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function writtenOut(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

export function visibleText(text: string): string {
  return text.replace(unseen, writtenOut);
}

/** JSON without the few such characters that JSON.stringify leaves as they are; the value is the same. */
export function visibleJson(json: string): string {
  return json.replace(
    unseen,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
