// The types of 32 weights whose four bits choose from a table of sixteen numbers. Layouts and tables: ggml-common.h.
// Each as dequantize.ts says; its list names them.
import { halfAt } from "./halves.ts";

/** Chosen for weights that are normally distributed. */
const nonLinear = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
/** Twice the values of floats of four bits: a sign, two bits of exponent, one of fraction. */
const floats = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

function choose(
  source: DataView,
  at: number,
  target: Float32Array,
  to: number,
  [scale, table]: readonly [number, readonly number[]],
): void {
  for (let i = 0; i < 16; i++) {
    const pair = source.getUint8(at + i);
    target[to + i] = scale * (table[pair & 15] as number);
    target[to + 16 + i] = scale * (table[pair >> 4] as number);
  }
}

/** d (half), 16 bytes of pairs: w = d·table[q]. */
export function iq4nl(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 18, to += 32)
    choose(source, at + 2, target, to, [halfAt(source, at, littleEndian), nonLinear]);
}

/** A power of two in one byte, 16 bytes of pairs: w = 2^(e − 127)·table[q]/2. */
export function mxfp4(source: DataView, target: Float32Array): void {
  for (let at = 0, to = 0; to < target.length; at += 17, to += 32)
    choose(source, at + 1, target, to, [2 ** (source.getUint8(at) - 128), floats]);
}
