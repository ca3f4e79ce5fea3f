// Doors of src/mx over single rows of the addon: that each calls its own row, with its arguments in their places.
// What the rows compute is values.test.ts's matter.
import { describe, expect, test } from "vitest";
import {
  bernoulli,
  evaluateAsync,
  float32,
  int32,
  randomKey,
  synchronize,
  type Tensor,
} from "../../src/mx/index.ts";
import { scopedTests } from "./addon.ts";

scopedTests();

const values = (tensor: Tensor): number[] => [...tensor.astype("float32").toFloat32()];
const x = (): Tensor => float32([-2, -0.5, 0, 1.25, 3, 8], [2, 3]);
const flags = (...bits: number[]): Tensor => int32(bits).astype("bool");

describe("a door", () => {
  test.each<[name: string, body: () => Tensor, wanted: number[]]>([
    ["abs", () => x().abs(), [2, 0.5, 0, 1.25, 3, 8]],
    ["sign", () => x().sign(), [-1, -1, 0, 1, 1, 1]],
    ["log1p", () => float32([0, Math.E - 1]).log1p(), [0, 1]],
    ["rsqrt", () => float32([4, 0.25]).rsqrt(), [0.5, 2]],
    ["sin", () => float32([0, Math.PI / 2]).sin(), [0, 1]],
    ["cos", () => float32([0, Math.PI]).cos(), [1, -1]],
    ["round", () => float32([0.5, 1.5, 2.4]).round(), [0, 2, 2]],
    ["round to decimals", () => float32([1.26, 1.24]).round(1).mul(10).round(), [13, 12]],
    ["notEqual", () => int32([1, 2]).notEqual(2), [1, 0]],
    ["logicalOr", () => flags(1, 0).logicalOr(flags(0, 0)), [1, 0]],
    ["logicalNot", () => flags(1, 0).logicalNot(), [0, 1]],
    ["floorDivide", () => int32([-7, 7, 6]).floorDivide(2), [-4, 3, 3]],
    ["logaddexp", () => float32([0]).logaddexp(0).exp(), [2]],
    ["clip", () => x().clip(-1, 2), [-1, -0.5, 0, 1.25, 2, 2]],
    ["clip from above alone", () => x().clip(null, 0), [-2, -0.5, 0, 0, 0, 0]],
    ["view", () => float32([1]).view("uint32").astype("float32"), [0x3f800000]],
    ["contiguous", () => x().transpose().contiguous(), [-2, 1.25, -0.5, 3, 0, 8]],
    ["variance", () => float32([1, 3, 2, 2], [2, 2]).variance(1), [1, 0]],
    ["norm", () => float32([3, 4, 0, 2], [2, 2]).norm(-1, true), [5, 2]],
    ["min", () => x().min(0), [-2, -0.5, 0]],
    ["sort", () => float32([3, 1, 2]).sort(), [1, 2, 3]],
    ["argpartition", () => float32([3, 1, 2]).argpartition(0).narrow(0, 0, 1), [1]],
    ["repeat", () => int32([1, 2]).repeat(2, 0), [1, 1, 2, 2]],
    ["pad", () => int32([1, 2]).pad([1], [2], 9), [9, 1, 2, 9, 9]],
    ["putAlongAxis", () => int32([0, 0, 0]).putAlongAxis(int32([2]), int32([5]), 0), [0, 0, 5]],
  ])("%s", (_name, body, wanted) => {
    const seen = values(body());
    expect(seen).toHaveLength(wanted.length);
    // Sines and roots of float32.
    seen.forEach((value, index) => expect(value).toBeCloseTo(wanted[index] ?? Number.NaN, 6));
  });

  test("bernoulli draws as often as told", () => {
    const share = bernoulli(0.25, [4000], randomKey(3)).astype("float32").mean().item();
    // Four standard deviations of 4,000 draws.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.03);
  });

  test("evaluateAsync and synchronize compute", () => {
    const sum = x().sum();
    evaluateAsync([sum]);
    synchronize();
    expect(sum.item()).toBe(9.75);
  });
});
