// Types of 32 weights that share one scale: Q8_0, Q4_0, Q5_0. The same bits as gguf-py's quants.py, which rounds in
// float32 where it matters. Layouts: ggml-common.h; weights/gguf/dequantize.ts reads them.
import { halfBits } from "./half-bits.ts";

/** Whole blocks of weights into as many bytes as they take. */
export type Quantize = (weights: Float32Array, target: Uint8Array) => void;

const { fround } = Math;

function writeHalf(target: Uint8Array, at: number, value: number): void {
  const half = halfBits(value);
  target[at] = half & 255;
  target[at + 1] = half >> 8;
}

const inverseOf = (scale: number): number => (scale === 0 ? 0 : fround(1 / scale));

/** Halves go away from zero. */
const rounded = (value: number): number => (value < 0 ? value - 0.5 : value + 0.5) | 0;

/** The largest size is 127. */
export function q80(weights: Float32Array, target: Uint8Array): void {
  for (let from = 0, at = 0; from < weights.length; from += 32, at += 34) {
    let most = 0;
    for (let i = from; i < from + 32; i++) {
      const size = Math.abs(weights[i] as number);
      if (size > most) most = size;
    }
    const scale = fround(most / 127);
    const inverse = inverseOf(scale);
    writeHalf(target, at, scale);
    for (let i = 0; i < 32; i++) {
      target[at + 2 + i] = rounded(fround((weights[from + i] as number) * inverse));
    }
  }
}

/** The weight of the largest size, with its sign; of two the first. */
function extremeOf(weights: Float32Array, from: number): number {
  let extreme = 0;
  for (let i = from; i < from + 32; i++) {
    const weight = weights[i] as number;
    if (Math.abs(weight) > Math.abs(extreme)) extreme = weight;
  }
  return extreme;
}

/** In `levels` steps, the extreme being the lowest: that side has one more. */
function stepOf(weight: number, inverse: number, levels: number): number {
  const step = fround(fround(weight * inverse) + (levels / 2 + 0.5)) | 0;
  return step < levels ? step : levels - 1;
}

export function q40(weights: Float32Array, target: Uint8Array): void {
  for (let from = 0, at = 0; from < weights.length; from += 32, at += 18) {
    const scale = fround(extremeOf(weights, from) / -8);
    const inverse = inverseOf(scale);
    writeHalf(target, at, scale);
    for (let i = 0; i < 16; i++) {
      const low = stepOf(weights[from + i] as number, inverse, 16);
      const high = stepOf(weights[from + 16 + i] as number, inverse, 16);
      target[at + 2 + i] = low | (high << 4);
    }
  }
}

export function q50(weights: Float32Array, target: Uint8Array): void {
  for (let from = 0, at = 0; from < weights.length; from += 32, at += 22) {
    const scale = fround(extremeOf(weights, from) / -16);
    const inverse = inverseOf(scale);
    writeHalf(target, at, scale);
    let fifth = 0;
    for (let i = 0; i < 16; i++) {
      const low = stepOf(weights[from + i] as number, inverse, 32);
      const high = stepOf(weights[from + 16 + i] as number, inverse, 32);
      target[at + 6 + i] = (low & 15) | ((high & 15) << 4);
      fifth |= ((low >> 4) << i) | ((high >> 4) << (i + 16));
    }
    for (let byte = 0; byte < 4; byte++) target[at + 2 + byte] = (fifth >>> (8 * byte)) & 255;
  }
}
