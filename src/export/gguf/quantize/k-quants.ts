// The K types: 256 weights in a block, in groups whose scales are packed too. Each group gets the scale, and the offset
// where its type has one, with the least squared error that a search around the plain fit finds; llama.cpp weighs errors
// by the size of the weights, without a reason in the model. Layouts: ggml-common.h, read by weights/gguf/k-quants.ts.
import { halfAt } from "../../../weights/gguf/halves.ts";
import { OffsetFit, SymmetricFit } from "./group-fits.ts";
import { halfBits } from "./half-bits.ts";

const GROUPS = 8;
const GROUP = 32;
const LEVELS = 16;
const MOST_SCALE = 63;

const halves = new DataView(new ArrayBuffer(2));

/** The half nearest to `value`, as bits and as the number that readers get. */
function halfOf(value: number): { bits: number; value: number } {
  const bits = halfBits(value);
  halves.setUint16(0, bits, true);
  return { bits, value: halfAt(halves, 0, true) };
}

function writeHalf(target: Uint8Array, at: number, bits: number): void {
  target[at] = bits & 255;
  target[at + 1] = bits >> 8;
}

/** Scales and offsets, six bits each, in twelve bytes. */
function writeSixBits(target: Uint8Array, at: number, scales: Uint8Array, offsets: Uint8Array) {
  for (let group = 0; group < 4; group++) {
    const [scale = 0, upper = 0] = [scales[group], scales[group + 4]];
    const [offset = 0, upperOffset = 0] = [offsets[group], offsets[group + 4]];
    target[at + group] = scale | ((upper >> 4) << 6);
    target[at + group + 4] = offset | ((upperOffset >> 4) << 6);
    target[at + group + 8] = (upper & 15) | ((upperOffset & 15) << 4);
  }
}

const most = (values: Float64Array): number =>
  values.reduce((largest, value) => Math.max(largest, value), 0);

/** Each value as a whole number of `unit`, at most `limit`. */
function wholes(values: Float64Array, unit: number, into: Uint8Array, limit: number): void {
  const inverse = unit === 0 ? 0 : 1 / unit;
  for (const [at, value] of values.entries())
    into[at] = Math.min(limit, Math.round(value * inverse));
}

/** What a block with offsets holds: w = d·scale·q − dmin·offset. */
class OffsetBlock {
  readonly #fit = new OffsetFit(GROUP, LEVELS);
  readonly #scales = new Float64Array(GROUPS);
  readonly #offsets = new Float64Array(GROUPS);
  readonly scales = new Uint8Array(GROUPS);
  readonly offsets = new Uint8Array(GROUPS);
  readonly steps = new Uint8Array(GROUPS * GROUP);
  scaleBits = 0;
  offsetBits = 0;

  quantize(weights: Float32Array, from: number): void {
    for (let group = 0; group < GROUPS; group++) {
      this.#fit.find(weights, from + group * GROUP);
      this.#scales[group] = this.#fit.scale;
      this.#offsets[group] = this.#fit.offset;
    }
    const scale = halfOf(most(this.#scales) / MOST_SCALE);
    const offset = halfOf(most(this.#offsets) / MOST_SCALE);
    this.scaleBits = scale.bits;
    this.offsetBits = offset.bits;
    wholes(this.#scales, scale.value, this.scales, MOST_SCALE);
    wholes(this.#offsets, offset.value, this.offsets, MOST_SCALE);
    for (let group = 0; group < GROUPS; group++) {
      const packed = {
        unit: scale.value,
        offsetUnit: offset.value,
        scale: this.scales[group] ?? 0,
        offset: this.offsets[group] ?? 0,
      };
      const best = this.#fit.settle(weights, from + group * GROUP, packed);
      this.scales[group] = best.scale;
      this.offsets[group] = best.offset;
      this.#fit.steps(weights, from + group * GROUP, {
        scale: scale.value * best.scale,
        offset: offset.value * best.offset,
        into: this.steps,
        at: group * GROUP,
      });
    }
  }
}

function writePairs(target: Uint8Array, at: number, steps: Uint8Array): void {
  for (let pair = 0; pair < GROUPS / 2; pair++) {
    for (let i = 0; i < GROUP; i++) {
      const low = (steps[pair * 64 + i] as number) & 15;
      const high = (steps[pair * 64 + 32 + i] as number) & 15;
      target[at + pair * GROUP + i] = low | (high << 4);
    }
  }
}

function writeHead(target: Uint8Array, at: number, block: OffsetBlock): void {
  writeHalf(target, at, block.scaleBits);
  writeHalf(target, at + 2, block.offsetBits);
  writeSixBits(target, at + 4, block.scales, block.offsets);
}

export function q4k(weights: Float32Array, target: Uint8Array): void {
  const block = new OffsetBlock();
  for (let from = 0, at = 0; from < weights.length; from += 256, at += 144) {
    block.quantize(weights, from);
    writeHead(target, at, block);
    writePairs(target, at + 16, block.steps);
  }
}

const SMALL_GROUPS = 16;
const SMALL_GROUP = 16;
/** Scales of Q6_K are signed bytes; the largest becomes the end that has one more. */
const LEAST_BYTE = -128;

/** Signed scales, as whole numbers of a unit that makes the largest of them −128. */
function signedUnit(scales: Float64Array): number {
  const extreme = scales.reduce((one, other) => (Math.abs(other) > Math.abs(one) ? other : one), 0);
  return extreme / LEAST_BYTE;
}

export function q6k(weights: Float32Array, target: Uint8Array): void {
  const fit = new SymmetricFit(SMALL_GROUP, 64);
  const scales = new Float64Array(SMALL_GROUPS);
  const steps = new Uint8Array(256);
  for (let from = 0, at = 0; from < weights.length; from += 256, at += 210) {
    for (let group = 0; group < SMALL_GROUPS; group++)
      scales[group] = fit.find(weights, from + group * SMALL_GROUP);
    const { bits, value: unit } = halfOf(signedUnit(scales));
    writeHalf(target, at + 208, bits);
    for (let group = 0; group < SMALL_GROUPS; group++) {
      const plain = unit === 0 ? 0 : Math.round((scales[group] ?? 0) / unit);
      const first = from + group * SMALL_GROUP;
      const scale = fit.settle(weights, first, { unit, scale: plain });
      target[at + 192 + group] = scale;
      fit.steps(weights, first, { scale: unit * scale, into: steps, at: group * SMALL_GROUP });
    }
    writeSixBitSteps(target, at, steps);
  }
}

/** 128 bytes of low half-bytes, 64 of upper pairs of bits: two halves, in each four runs of 32 that share bytes. */
function writeSixBitSteps(target: Uint8Array, at: number, steps: Uint8Array): void {
  for (let half = 0; half < 2; half++) {
    for (let i = 0; i < 32; i++) {
      const first = half * 128 + i;
      const [a, b, c, d] = [0, 32, 64, 96].map((run) => steps[first + run] as number) as [
        number,
        number,
        number,
        number,
      ];
      target[at + half * 64 + i] = (a & 15) | ((c & 15) << 4);
      target[at + half * 64 + 32 + i] = (b & 15) | ((d & 15) << 4);
      target[at + 128 + half * 32 + i] =
        (a >> 4) | ((b >> 4) << 2) | ((c >> 4) << 4) | ((d >> 4) << 6);
    }
  }
}
