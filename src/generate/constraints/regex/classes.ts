// Sets of characters that regular expressions have names for, as ECMAScript defines them under its u flag.
import {
  allCharacters,
  characterSet,
  type CharacterSet,
  complement,
  intersection,
} from "../automata/characters.ts";

export const digits: CharacterSet = [[0x30, 0x39]];
export const wordCharacters: CharacterSet = characterSet([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
export const spaces: CharacterSet = characterSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);
const lineEnds: CharacterSet = characterSet([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);
/** What "." stands for. */
export const notLineEnds: CharacterSet = inverse(lineEnds);

export function inverse(set: CharacterSet): CharacterSet {
  return intersection(allCharacters, complement(set));
}

const properties = new Map<string, CharacterSet>();
let everything: string | undefined;

/** \p{…}; undefined for a name that Unicode has not. Kept: there are some hundred names. */
export function propertySet(name: string): CharacterSet | undefined {
  const known = properties.get(name);
  if (known !== undefined) return known;
  if (!/^[A-Za-z_]{1,40}(=[A-Za-z0-9_]{1,40})?$/.test(name)) return undefined;
  let runs: RegExp;
  try {
    runs = new RegExp(`\\p{${name}}+`, "gu");
  } catch {
    return undefined;
  }
  everything ??= textOfAll();
  const found = characterSet([...everything.matchAll(runs)].flatMap(([run]) => rangesOf(run)));
  properties.set(name, found);
  return found;
}

/** Every character once, in order. */
function textOfAll(): string {
  const pieces: string[] = [];
  for (const [first, last] of allCharacters) {
    for (let from = first; from <= last; from += 4096) {
      const count = Math.min(4096, last - from + 1);
      pieces.push(String.fromCodePoint(...Array.from({ length: count }, (_, at) => from + at)));
    }
  }
  return pieces.join("");
}

/** Of a run of characters in order: one range, or two where the surrogates are left out within it. */
function rangesOf(run: string): [number, number][] {
  const first = run.codePointAt(0) ?? 0;
  // The last unit may be the second half of a character.
  const pair = run.codePointAt(run.length - 2) ?? 0;
  const last = pair > 0xffff ? pair : (run.codePointAt(run.length - 1) ?? 0);
  if (first > 0xd7ff || last < 0xe000) return [[first, last]];
  return [
    [first, 0xd7ff],
    [0xe000, last],
  ];
}
