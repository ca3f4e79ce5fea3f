// A text as 128 numbers of 16 bits, of which two texts share about the part that they share of their pieces: MinHash in
// one pass (Dahlgaard, Knudsen and Thorup 2017, "Fast similarity sketching"). Pieces are of characters, fewer in Chinese,
// Japanese and Korean. Words play no part, so that short texts and all scripts work.
import { mixed } from "./normal-text.ts";

export const sketchSize = 128;

/**
 * Short pieces outlast many edits, but texts that only share words share many of them; long ones reach over two words.
 */
export type PieceSize = "short" | "long";

interface Lengths {
  readonly letters: number;
  /** Of Chinese and Japanese. */
  readonly signs: number;
  /** Of Korean. */
  readonly syllables: number;
}

const lengths: Readonly<Record<PieceSize, Lengths>> = {
  short: { letters: 5, signs: 2, syllables: 3 },
  long: { letters: 8, signs: 4, syllables: 5 },
};

function pieceLength(unit: number, { letters, signs, syllables }: Lengths): number {
  if (unit < 0x2e80) return letters;
  if (unit >= 0xac00 && unit <= 0xd7a3) return syllables;
  return unit <= 0x9fff || (unit >= 0xf900 && unit <= 0xfaff) || unit >= 0xd800 ? signs : letters;
}

const base = 0x01000193;
/** base^n for the lengths of pieces. */
const powers = Int32Array.from({ length: 9 }, (_, power) => powerOf(power));

function powerOf(power: number): number {
  let product = 1;
  for (let count = 0; count < power; count++) product = Math.imul(product, base);
  return product;
}

let pieces = new Int32Array(4096);
/** Of all beginnings of a text, as a polynomial of its units: a piece's hash is a difference of two. */
let beginnings = new Int32Array(4097);

/** Makes room, and hashes all beginnings of a text; whether it has signs of Chinese, Japanese or Korean. */
function hashBeginnings(text: string): boolean {
  if (pieces.length < text.length) {
    pieces = new Int32Array(2 * text.length);
    beginnings = new Int32Array(2 * text.length + 1);
  }
  let hash = 0;
  let most = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    hash = (Math.imul(hash, base) + unit) | 0;
    beginnings[at + 1] = hash;
    most |= unit;
  }
  return most >= 0x2000;
}

/** Hashes of the pieces that begin at each place of a normal text; how many there are. */
function hashPieces(text: string, size: PieceSize): number {
  const own = lengths[size];
  const isMixed = hashBeginnings(text);
  if (!isMixed && text.length > own.letters) return hashLetters(text.length, own.letters);
  let count = 0;
  for (let start = 0; start < text.length; start++) {
    const end = start + pieceLength(text.charCodeAt(start), own);
    if (end > text.length && count > 0) break;
    const reached = Math.min(end, text.length);
    pieces[count++] =
      beginnings[reached]! - Math.imul(beginnings[start]!, powers[reached - start]!);
  }
  return count;
}

/** The same where all pieces have one length. */
function hashLetters(length: number, letters: number): number {
  const power = powers[letters]!;
  const count = length - letters + 1;
  for (let start = 0; start < count; start++)
    pieces[start] = beginnings[start + letters]! - Math.imul(beginnings[start]!, power);
  return count;
}

/** After so many rounds what is still empty, of very short texts, is filled bin by bin. */
const rounds = 24;
const least = new Uint32Array(sketchSize);
const round = new Uint8Array(sketchSize);
const empty = 255;

/** One round: each piece falls into a bin; a bin that an earlier round filled stays. How many are still empty. */
function fillRound(count: number, number: number, before: number): number {
  let left = before;
  const salt = Math.imul(number + 1, 0x9e3779b1);
  for (let at = 0; at < count; at++) {
    const hash = mixed(pieces[at]! ^ salt);
    const bin = hash & (sketchSize - 1);
    const value = hash >>> 7;
    if (round[bin] === empty) {
      left--;
      round[bin] = number;
      least[bin] = value;
    } else if (round[bin] === number && value < least[bin]!) least[bin] = value;
  }
  return left;
}

function fillBin(count: number, bin: number): void {
  const salt = Math.imul(bin + 1 + rounds, 0x9e3779b1);
  let best = 0xffffffff;
  for (let at = 0; at < count; at++) best = Math.min(best, mixed(pieces[at]! ^ salt));
  round[bin] = rounds;
  least[bin] = best;
}

/** Writes the sketch of a normal text at `offset`. An empty text gives zeros. */
export function sketchInto(
  text: string,
  size: PieceSize,
  sketches: Uint16Array,
  offset: number,
): void {
  const count = hashPieces(text, size);
  if (count === 0) return;
  round.fill(empty);
  let left = sketchSize;
  for (let number = 0; number < rounds && left > 0; number++) left = fillRound(count, number, left);
  for (let bin = 0; left > 0 && bin < sketchSize; bin++) {
    if (round[bin] !== empty) continue;
    fillBin(count, bin);
    left--;
  }
  for (let bin = 0; bin < sketchSize; bin++)
    sketches[offset + bin] = mixed(least[bin]! ^ Math.imul(round[bin]! + 1, 0x85ebca6b)) & 0xffff;
}

/** As many of the numbers are looked at first. */
const glance = 32;

/**
 * Of two sketches in one array: how many of the 128 numbers they share. 0 where the first quarter of them shares so little
 * that `least` is out of reach but for one case in a hundred.
 */
export function sharedNumbers(
  sketches: Uint16Array,
  { first, second, least }: { first: number; second: number; least: number },
): number {
  const a = first * sketchSize;
  const b = second * sketchSize;
  let shared = 0;
  for (let at = 0; at < glance; at++) if (sketches[a + at] === sketches[b + at]) shared++;
  if (shared * 10 < least) return 0;
  for (let at = glance; at < sketchSize; at++) if (sketches[a + at] === sketches[b + at]) shared++;
  return shared;
}
