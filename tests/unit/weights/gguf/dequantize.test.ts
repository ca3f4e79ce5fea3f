// Every quantized type beside gguf-py's own arithmetic: not near it, the same bits.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dequantizers } from "../../../../src/weights/gguf/dequantize.ts";

interface Case {
  type: string;
  blocks: string;
  weights: string;
}

const cases = ["blocks.json", "more-blocks.json"].flatMap((name) => {
  const fixture = new URL(`../../../fixtures/gguf/${name}`, import.meta.url);
  return JSON.parse(readFileSync(fixture, "utf8")) as Case[];
});

function dequantized(type: string, blocks: Buffer, weights: number, littleEndian = true): Buffer {
  const target = new Float32Array(weights);
  const source = new DataView(blocks.buffer, blocks.byteOffset, blocks.byteLength);
  dequantizers.get(type)?.(source, target, littleEndian);
  return Buffer.from(target.buffer);
}

test("the fixture has every type", () => {
  expect(cases.map(({ type }) => type).sort()).toEqual([...dequantizers.keys()].sort());
});

test.each(cases)("$type", ({ type, blocks, weights }) => {
  const expected = Buffer.from(weights, "base64");
  const found = dequantized(type, Buffer.from(blocks, "base64"), expected.length / 4);
  expect(found.equals(expected)).toBe(true);
});
