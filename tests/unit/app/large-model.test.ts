// The warning before every weight of a large model is trained.
import { expect, test } from "vitest";
import { defaultRunConfig } from "../../../src/app/config/schema.ts";
import { largeModelNotices } from "../../../src/app/train/large-model.ts";

test("training every weight of more than a billion says what it needs; adapters and smaller models say nothing", () => {
  const noticesOf = (method: string, shape: number[]): string[] =>
    largeModelNotices({ ...defaultRunConfig(), method }, { shapes: [shape] }, { totalBytes: 2e10 });
  const large = [2048, 600_000];
  expect(noticesOf("full", large)).toEqual([
    expect.stringMatching(/^1\.2.B weights are trained, .* 20 GB of memory: .*--num-layers/),
  ]);
  expect(noticesOf("lora", large)).toEqual([]);
  expect(noticesOf("full", [2048, 400_000])).toEqual([]);
});
