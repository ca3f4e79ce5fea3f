// Which precision a model is computed in, and what is said of one that is slow, by what the backend says of itself.
import { expect, test } from "vitest";
import { chooseDtype, precisionWarnings } from "../../../src/models/open-model.ts";
import type { ActiveBackend } from "../../../src/mx/index.ts";

function active(isFastInHalf: boolean): ActiveBackend {
  const memory = () => ({ totalBytes: 8e9, recommendedBytes: 8e9 });
  const here = { unavailable: () => undefined, activate: () => undefined, memory };
  const backend = { name: "made-up", library: "MLX", isFastInHalf, ...here };
  return { backend, reason: "", mlxVersion: "", blas: "", threads: 1 };
}

test("auto is float32 where 16 bits are slow, else the model's own", () => {
  expect(chooseDtype("auto", active(false))).toBe("float32");
  expect(chooseDtype("auto", active(true))).toBeUndefined();
  expect(chooseDtype("bfloat16", active(false))).toBe("bfloat16");
  expect(chooseDtype("checkpoint", active(false))).toBeUndefined();
});

test.each(["bfloat16", "float16"] as const)("%s is warned of only where it is slow", (wanted) => {
  expect(precisionWarnings(wanted, active(false))).toEqual([
    `${wanted} is many times slower than float32 on the made-up backend: leave model.torch_dtype at auto, or set --torch-dtype float32`,
  ]);
  expect(precisionWarnings(wanted, active(true))).toEqual([]);
});

test("auto and float32 are never warned of", () => {
  for (const wanted of ["auto", "float32"] as const)
    expect(precisionWarnings(wanted, active(false))).toEqual([]);
});

test.each([
  ["BF16", ["bfloat16 is many times slower"]],
  ["F16", ["float16 is many times slower"]],
  ["F32", []],
])("the checkpoint's own precision is what its tensors have: %s", (dtype, expected) => {
  const tensors = new Map([["weight", { file: "", dtype, shape: [2, 2], bytes: 8 }]]);
  const warnings = precisionWarnings("checkpoint", active(false), { tensors });
  expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)));
});
