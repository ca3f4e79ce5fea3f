// Sets of Unicode characters as sorted ranges of code points, and the byte sequences of UTF-8 that write them.
// Surrogates are in no set: UTF-8 cannot write them.

/** Sorted, disjoint, not adjacent; both ends included. */
export type CharacterSet = readonly (readonly [first: number, last: number])[];

export const lastCharacter = 0x10ffff;

/** Both ends included. */
export type ByteRange = readonly [first: number, last: number];

export function characterSet(ranges: readonly (readonly [number, number])[]): CharacterSet {
  const sorted = ranges.filter(([a, b]) => a <= b).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [first, last] of sorted) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1)
      previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

export function union(...sets: readonly CharacterSet[]): CharacterSet {
  return characterSet(sets.flat());
}

export function complement(set: CharacterSet): CharacterSet {
  const gaps: [number, number][] = [];
  let next = 0;
  for (const [first, last] of set) {
    gaps.push([next, first - 1]);
    next = last + 1;
  }
  return characterSet([...gaps, [next, lastCharacter]]);
}

export function intersection(a: CharacterSet, b: CharacterSet): CharacterSet {
  return complement(union(complement(a), complement(b)));
}

export function difference(a: CharacterSet, b: CharacterSet): CharacterSet {
  return intersection(a, complement(b));
}

export function covers(set: CharacterSet, part: CharacterSet): boolean {
  return difference(part, set).length === 0;
}

export function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** All that UTF-8 can write. */
export const allCharacters: CharacterSet = [
  [0, 0xd7ff],
  [0xe000, lastCharacter],
];

/**
 * Characters that most open text is made of: neither JSON's escapes nor what "." of a pattern leaves out. Tokens made
 * of nothing else are found once for all places where any of these may stand.
 */
export const plainCharacters: CharacterSet = intersection(
  allCharacters,
  complement(
    characterSet([
      [0, 0x1f],
      [0x22, 0x22],
      [0x5c, 0x5c],
      [0x7f, 0x9f],
      [0x2028, 0x2029],
    ]),
  ),
);

/** The last code point that is written in 1, 2, 3 and 4 bytes. */
const lastOfLength = [0x7f, 0x7ff, 0xffff, lastCharacter];

function encoded(code: number, length: number): number[] {
  const bytes = Array.from(
    { length },
    (_, at) => 0x80 | ((code >> (6 * (length - 1 - at))) & 0x3f),
  );
  const lead = [0, 0xc0, 0xe0, 0xf0][length - 1] ?? 0;
  bytes[0] = lead | (code >> (6 * (length - 1)));
  return bytes;
}

/** Cuts a range of characters of one length so that each piece is a product of ranges of bytes. */
function* products(first: number, last: number, length: number): Generator<ByteRange[]> {
  for (let tail = 1; tail < length; tail++) {
    const mask = (1 << (6 * tail)) - 1;
    if ((first & ~mask) === (last & ~mask)) continue;
    if ((first & mask) !== 0) {
      yield* products(first, first | mask, length);
      yield* products((first | mask) + 1, last, length);
      return;
    }
    if ((last & mask) !== mask) {
      yield* products(first, (last & ~mask) - 1, length);
      yield* products(last & ~mask, last, length);
      return;
    }
  }
  const low = encoded(first, length);
  const high = encoded(last, length);
  yield low.map((byte, at): ByteRange => [byte, high[at] ?? byte]);
}

/** Sequences of byte ranges that write exactly the characters of the set. */
export function* byteSequences(set: CharacterSet): Generator<ByteRange[]> {
  for (const [first, last] of intersection(set, allCharacters)) {
    let from = first;
    for (const [at, limit] of lastOfLength.entries()) {
      if (from > last || from > limit) continue;
      yield* products(from, Math.min(last, limit), at + 1);
      from = limit + 1;
    }
  }
}
