// FT_KERNELS. What it changes is in tests/contract/architectures.test.ts.
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { kernelsWanted } from "../../../src/mx/kernels.ts";
import { refusal } from "../../support/refusal.ts";

test("kernels are used unless FT_KERNELS is off", () => {
  expect(kernelsWanted({})).toBe(true);
  expect(kernelsWanted({ FT_KERNELS: "" })).toBe(true);
  expect(kernelsWanted({ FT_KERNELS: "on" })).toBe(true);
  expect(kernelsWanted({ FT_KERNELS: " off " })).toBe(false);
});

test("another value is refused with both that there are", () => {
  const error = refusal(() => kernelsWanted({ FT_KERNELS: "no" }), ConfigError);
  expect(error).toMatchObject({
    code: "FT-CONFIG-KERNELS",
    message: "FT_KERNELS must be on or off, not 'no'",
    hint: "unset FT_KERNELS to use ft's kernels",
  });
});
