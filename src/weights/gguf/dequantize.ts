// GGUF's quantized types as float32: one function a type, and the list of those that are read.
// Bit-equal to gguf-py's quants.py: every product here is exact, so each weight is rounded once, when it is stored.
import { halfAt } from "./halves.ts";
import { q4k, q5k, q6k } from "./k-quants.ts";
import { iq4nl, mxfp4 } from "./small-float-blocks.ts";

/** Whole blocks into as many weights. Only the halves of a block have a byte order. */
export type Dequantize = (source: DataView, target: Float32Array, littleEndian: boolean) => void;

/** d (half), 32 signed bytes: w = d·q. */
function q80(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 34, to += 32) {
    const d = halfAt(source, at, littleEndian);
    for (let i = 0; i < 32; i++) target[to + i] = d * source.getInt8(at + 2 + i);
  }
}

/** d, 16 bytes of two weights each, the low half-bytes first: w = d·(q − 8). */
function q40(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 18, to += 32) {
    const d = halfAt(source, at, littleEndian);
    for (let i = 0; i < 16; i++) {
      const pair = source.getUint8(at + 2 + i);
      target[to + i] = d * ((pair & 15) - 8);
      target[to + 16 + i] = d * ((pair >> 4) - 8);
    }
  }
}

/** d, m, 16 bytes as above: w = d·q + m. */
function q41(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 20, to += 32) {
    const d = halfAt(source, at, littleEndian);
    const m = halfAt(source, at + 2, littleEndian);
    for (let i = 0; i < 16; i++) {
      const pair = source.getUint8(at + 4 + i);
      target[to + i] = d * (pair & 15) + m;
      target[to + 16 + i] = d * (pair >> 4) + m;
    }
  }
}

/** d, a fifth bit for each of 32 weights, 16 bytes of pairs: w = d·(q − 16). */
function q50(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 22, to += 32) {
    const d = halfAt(source, at, littleEndian);
    const fifth = source.getUint32(at + 2, true);
    for (let i = 0; i < 16; i++) {
      const pair = source.getUint8(at + 6 + i);
      target[to + i] = d * (((pair & 15) | (((fifth >> i) & 1) << 4)) - 16);
      target[to + 16 + i] = d * (((pair >> 4) | (((fifth >> (i + 16)) & 1) << 4)) - 16);
    }
  }
}

/** d, m, the fifth bits, 16 bytes of pairs: w = d·q + m. */
function q51(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 24, to += 32) {
    const d = halfAt(source, at, littleEndian);
    const m = halfAt(source, at + 2, littleEndian);
    const fifth = source.getUint32(at + 4, true);
    for (let i = 0; i < 16; i++) {
      const pair = source.getUint8(at + 8 + i);
      target[to + i] = d * ((pair & 15) | (((fifth >> i) & 1) << 4)) + m;
      target[to + 16 + i] = d * ((pair >> 4) | (((fifth >> (i + 16)) & 1) << 4)) + m;
    }
  }
}

/** By the type's name. */
export const dequantizers: ReadonlyMap<string, Dequantize> = new Map([
  ["Q8_0", q80],
  ["Q4_0", q40],
  ["Q4_1", q41],
  ["Q5_0", q50],
  ["Q5_1", q51],
  ["Q4_K", q4k],
  ["Q5_K", q5k],
  ["Q6_K", q6k],
  ["IQ4_NL", iq4nl],
  ["MXFP4", mxfp4],
]);
