// The line on which each item of a JSON array begins, so that a bad row in it can be found.
// Works on text that is already known to be valid JSON, and decodes nothing.

/**
 * Lines, from 1, of the items of a top-level array; of the one value when the text is not an
 * array.
 */
export function itemLines(text: string): number[] {
  const lines: number[] = [];
  const top = text.trimStart().startsWith("[") ? 1 : 0;
  const token = /["[\]{},\n]|[^\s"[\]{},:]+/g;
  let depth = 0;
  let line = 1;
  let awaiting = top === 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const character = found[0];
    if (character === "\n") {
      line++;
      continue;
    }
    const opens = character === "[" || character === "{";
    if (awaiting && character !== "]") {
      lines.push(line);
      awaiting = false;
    }
    if (character === '"') token.lastIndex = pastString(text, found.index);
    if (opens) depth++;
    if (character === "]" || character === "}") depth--;
    if (depth === 1 && top === 1 && (character === "," || (opens && lines.length === 0))) {
      awaiting = true;
    }
  }
  return lines;
}

function pastString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (; end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === "\\") slashes++;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}
