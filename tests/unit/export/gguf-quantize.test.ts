// Blocks that are written: the bits of gguf-py's where it has the type, and no more lost than by llama.cpp's own
// quantizer where it has not (tests/fixtures/gguf/make_quantized.py).
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { mixtureOf, tensorTypes } from "../../../src/export/gguf/mixtures.ts";
import { halfBits } from "../../../src/export/gguf/quantize/half-bits.ts";
import { quantizers } from "../../../src/export/gguf/quantize/index.ts";
import { dequantizers } from "../../../src/weights/gguf/dequantize.ts";
import { ggufTypeNamed } from "../../../src/weights/gguf/types.ts";

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/gguf/${name}`, import.meta.url), "utf8"));

interface Case {
  name: string;
  weights: string;
  blocks: Record<string, string>;
  rmse: Record<string, number>;
}

const cases = fixture("quantized.json") as Case[];

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(base64, "base64"));
}

const weightsOf = ({ weights }: Case): Float32Array => new Float32Array(bytesOf(weights).buffer);

function blocksOf(weights: Float32Array, type: string): Uint8Array<ArrayBuffer> {
  const { blockSize, blockBytes } = ggufTypeNamed(type);
  const blocks = new Uint8Array((weights.length / blockSize) * blockBytes);
  quantizers.get(type)?.(weights, blocks);
  return blocks;
}

function lost(weights: Float32Array, type: string): number {
  const again = new Float32Array(weights.length);
  dequantizers.get(type)?.(new DataView(blocksOf(weights, type).buffer), again, true);
  const squares = again.map((value, at) => (value - (weights[at] ?? 0)) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

describe.each(cases)("$name", (one) => {
  const weights = weightsOf(one);

  test.each(["Q8_0", "Q4_0", "Q5_0"])("%s has gguf-py's bits", (type) => {
    expect(blocksOf(weights, type)).toEqual(bytesOf(one.blocks[type] ?? ""));
  });

  test("halves are numpy's", () => {
    const halves = new Uint16Array(bytesOf(one.blocks["F16"] ?? "").buffer);
    expect(Uint16Array.from(weights, halfBits)).toEqual(halves);
  });

  test.each(["Q4_K", "Q6_K"])("%s loses no more than llama.cpp's", (type) => {
    // a block of one weight is exact both ways but for rounding of the sum here
    expect(lost(weights, type)).toBeLessThanOrEqual((one.rmse[type] ?? 0) * (1 + 1e-6));
  });
});

test("infinities, NaN and the largest half", () => {
  const bits = [Infinity, -Infinity, 65504, 65519.99, 65520, 2 ** -24, 2 ** -26].map(halfBits);
  expect(bits).toEqual([0x7c00, 0xfc00, 0x7bff, 0x7bff, 0x7c00, 1, 0]);
  expect(halfBits(NaN) & 0x7c00).toBe(0x7c00);
  expect(halfBits(NaN) & 0x3ff).not.toBe(0);
});

interface Mixed {
  shapes: Record<string, number[]>;
  types: Record<string, Record<string, string>>;
}

test("each tensor gets the type that llama.cpp's quantizer gives it", () => {
  for (const { shapes, types } of fixture("mixtures.json") as Mixed[]) {
    const tensors = Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
    for (const [word, wanted] of Object.entries(types)) {
      const mixture = mixtureOf(word);
      if (mixture === undefined) throw new Error(`no mixture ${word}`);
      expect(Object.fromEntries(tensorTypes(tensors, mixture))).toEqual(wanted);
    }
  }
});
