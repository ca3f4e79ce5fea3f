// What two texts have in common at their ends, for finding what differs between two renderings.

export function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

export function sharedEnd(a: string, b: string, limit: number): number {
  let length = 0;
  while (
    length < limit &&
    a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)
  ) {
    length++;
  }
  return length;
}

export function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, "");
}
