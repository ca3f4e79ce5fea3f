// The K types: 256 weights in a block, in groups with quantized scales of their own. Layouts: ggml-common.h.
// Each as dequantize.ts says; its list names them.
import { halfAt } from "./halves.ts";

/** Scale and offset, six bits each, of one of eight groups, packed into twelve bytes from `at` on. */
export function scaleOf(source: DataView, at: number, group: number): number {
  if (group < 4) return source.getUint8(at + group) & 63;
  return (source.getUint8(at + group + 4) & 15) | ((source.getUint8(at + group - 4) >> 6) << 4);
}

export function offsetOf(source: DataView, at: number, group: number): number {
  if (group < 4) return source.getUint8(at + group + 4) & 63;
  return (source.getUint8(at + group + 4) >> 4) | ((source.getUint8(at + group) >> 6) << 4);
}

/** d, dmin, 12 bytes of scales and offsets, 128 bytes of pairs: w = d·scale·q − dmin·offset. */
export function q4k(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 144, to += 256) {
    const d = halfAt(source, at, littleEndian);
    const least = halfAt(source, at + 2, littleEndian);
    for (let group = 0; group < 8; group++) {
      const scale = d * scaleOf(source, at + 4, group);
      const offset = least * offsetOf(source, at + 4, group);
      const pairs = at + 16 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      const first = to + group * 32;
      for (let i = 0; i < 32; i++) {
        target[first + i] = scale * ((source.getUint8(pairs + i) >> shift) & 15) - offset;
      }
    }
  }
}

/** As q4k, with 32 bytes before the pairs that hold a fifth bit for each group. */
export function q5k(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 176, to += 256) {
    const d = halfAt(source, at, littleEndian);
    const least = halfAt(source, at + 2, littleEndian);
    for (let group = 0; group < 8; group++) {
      const scale = d * scaleOf(source, at + 4, group);
      const offset = least * offsetOf(source, at + 4, group);
      const pairs = at + 48 + (group >> 1) * 32;
      const shift = (group & 1) * 4;
      const first = to + group * 32;
      for (let i = 0; i < 32; i++) {
        const low = (source.getUint8(pairs + i) >> shift) & 15;
        const fifth = (source.getUint8(at + 16 + i) >> group) & 1;
        target[first + i] = scale * (low | (fifth << 4)) - offset;
      }
    }
  }
}

/** 128 bytes of pairs, 64 bytes of upper bits (two a weight), 16 signed scales, d: w = d·scale·(q − 32). */
export function q6k(source: DataView, target: Float32Array, littleEndian: boolean): void {
  for (let at = 0, to = 0; to < target.length; at += 210, to += 256) {
    const d = halfAt(source, at + 208, littleEndian);
    for (let group = 0; group < 16; group++) {
      const scale = d * source.getInt8(at + 192 + group);
      // Two halves of 128 weights; in each, four runs of 32 share bytes.
      const half = group >> 3;
      const run = (group >> 1) & 3;
      const within = (group & 1) * 16;
      const pairs = at + half * 64 + (run & 1) * 32 + within;
      const uppers = at + 128 + half * 32 + within;
      const first = to + group * 16;
      for (let i = 0; i < 16; i++) {
        const low = (source.getUint8(pairs + i) >> ((run >> 1) * 4)) & 15;
        const upper = (source.getUint8(uppers + i) >> (run * 2)) & 3;
        target[first + i] = scale * ((low | (upper << 4)) - 32);
      }
    }
  }
}
