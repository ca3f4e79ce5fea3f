// GGUF's quantized types as MLX packs numbers in mode affine, in groups of 32: the same values, in words, scales and
// biases of float32. Not every type is one of those: K types of six bits have groups of 16.
import { halfAt } from "./halves.ts";
import { offsetOf, scaleOf } from "./k-quants.ts";

/** Weights that share a scale. */
export const GROUP_SIZE = 32;

/** Parts of some blocks; `words` as bytes, the first number lowest. */
export interface PackedTarget {
  words: Uint8Array;
  scales: Float32Array;
  biases: Float32Array;
}

export interface PackedType {
  bits: number;
  /** Whole blocks, as many as `target` has room for. */
  repack(source: DataView, target: PackedTarget, littleEndian: boolean): void;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: DataView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** 16 bytes of two numbers, the first 16 in the low half-bytes. */
function repackHalves(bytes: Uint8Array, at: number, words: Uint8Array, to: number): void {
  for (let i = 0; i < 8; i++) {
    const [first, second] = [bytes[at + 2 * i] ?? 0, bytes[at + 2 * i + 1] ?? 0];
    words[to + i] = (first & 15) | ((second & 15) << 4);
    words[to + 8 + i] = (first >> 4) | (second & 0xf0);
  }
}

/** w = d·(q − 8). */
const q40: PackedType = {
  bits: 4,
  repack(source, { words, scales, biases }, littleEndian) {
    const bytes = bytesOf(source);
    for (let block = 0; block < scales.length; block++) {
      const d = halfAt(source, 18 * block, littleEndian);
      scales[block] = d;
      biases[block] = -8 * d;
      repackHalves(bytes, 18 * block + 2, words, 16 * block);
    }
  },
};

/** w = d·q + m. */
const q41: PackedType = {
  bits: 4,
  repack(source, { words, scales, biases }, littleEndian) {
    const bytes = bytesOf(source);
    for (let block = 0; block < scales.length; block++) {
      scales[block] = halfAt(source, 20 * block, littleEndian);
      biases[block] = halfAt(source, 20 * block + 2, littleEndian);
      repackHalves(bytes, 20 * block + 4, words, 16 * block);
    }
  },
};

/** w = d·q with a signed q, of which 128 more is kept. */
const q80: PackedType = {
  bits: 8,
  repack(source, { words, scales, biases }, littleEndian) {
    const bytes = bytesOf(source);
    for (let block = 0; block < scales.length; block++) {
      const d = halfAt(source, 34 * block, littleEndian);
      scales[block] = d;
      biases[block] = -128 * d;
      for (let i = 0; i < 32; i++) words[32 * block + i] = (bytes[34 * block + 2 + i] ?? 0) ^ 128;
    }
  },
};

/** Eight groups in a block: w = d·scale·q − dmin·offset. */
const q4k: PackedType = {
  bits: 4,
  repack(source, { words, scales, biases }, littleEndian) {
    const bytes = bytesOf(source);
    for (let all = 0; all < scales.length; all++) {
      const [at, group] = [144 * (all >> 3), all & 7];
      scales[all] = halfAt(source, at, littleEndian) * scaleOf(source, at + 4, group);
      biases[all] = -halfAt(source, at + 2, littleEndian) * offsetOf(source, at + 4, group);
      const [pairs, shift] = [at + 16 + (group >> 1) * 32, (group & 1) * 4];
      const number = (i: number): number => ((bytes[pairs + i] ?? 0) >> shift) & 15;
      for (let i = 0; i < 16; i++) words[16 * all + i] = number(2 * i) | (number(2 * i + 1) << 4);
    }
  },
};

/** By the type's name. */
export const packedTypes: ReadonlyMap<string, PackedType> = new Map([
  ["Q4_0", q40],
  ["Q4_1", q41],
  ["Q8_0", q80],
  ["Q4_K", q4k],
]);
