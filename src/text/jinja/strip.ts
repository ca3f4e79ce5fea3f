// Python's str.strip and its two halves, which chat templates lean on: JavaScript's trim takes no set of
// characters and has another idea of a blank.

/** What str.isspace accepts (Unicode White_Space and the four separators U+001C–U+001F). */
const blanks = new Set(
  "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a" +
    "\u2028\u2029\u202f\u205f\u3000",
);

export interface Sides {
  start: boolean;
  end: boolean;
}

export const stripSides: Readonly<Record<string, Sides>> = {
  strip: { start: true, end: true },
  lstrip: { start: true, end: false },
  rstrip: { start: false, end: true },
};

/** `characters` is a set, as in Python; without it blanks go. */
export function strip(text: string, sides: Sides, characters?: string): string {
  const set = characters === undefined ? blanks : new Set(characters);
  const points = Array.from(text);
  const goes = (point: string | undefined): boolean => point !== undefined && set.has(point);
  let start = 0;
  let end = points.length;
  while (sides.start && start < end && goes(points[start])) start++;
  while (sides.end && end > start && goes(points[end - 1])) end--;
  return points.slice(start, end).join("");
}
