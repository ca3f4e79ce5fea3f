import { expect, test } from "vitest";
import { pngOf } from "../../../src/app/png.ts";

const svg = (inside: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" width="60" height="20">${inside}</svg>`;

const sizeOf = (png: Uint8Array): number[] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

test("a picture becomes a PNG of twice its size, with its text", async () => {
  const [empty, written] = (await Promise.all(
    ["", '<text x="2" y="15">loss</text>'].map(async (inside) => await pngOf(svg(inside))),
  )) as [Uint8Array, Uint8Array];
  expect([...written.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  expect(sizeOf(written)).toEqual([120, 40]);
  expect(Buffer.from(written).equals(empty)).toBe(false);
  // letters alone take more than a plain white area, which is compressed to little
  expect(written.length).toBeGreaterThan(2 * empty.length);
});
