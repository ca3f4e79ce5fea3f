// FT_THREADS and the older names for it.
import { expect, test } from "vitest";
import { ConfigError } from "../../../src/core/errors.ts";
import { threadsWanted } from "../../../src/mx/threads.ts";
import { refusal } from "../../support/refusal.ts";

function heard(environment: Record<string, string>): [number | undefined, string[]] {
  const warnings: string[] = [];
  return [threadsWanted(environment, (message) => warnings.push(message)), warnings];
}

test("nothing is asked for without it, and with an empty one", () => {
  expect(heard({})).toEqual([undefined, []]);
  expect(heard({ FT_THREADS: "", FT_BLAS_THREADS: "" })).toEqual([undefined, []]);
});

test("FT_THREADS is a whole number from 1 to 64", () => {
  expect(heard({ FT_THREADS: "3" })).toEqual([3, []]);
  expect(heard({ FT_THREADS: " 64 " })).toEqual([64, []]);
});

test.each(["0", "-1", "65", "2.5", "1e1", "0x2", "two", " "])("'%s' is refused", (text) => {
  const error = refusal(() => threadsWanted({ FT_THREADS: text }), ConfigError);
  expect(error).toMatchObject({
    code: "FT-CONFIG-THREADS",
    exitCode: 3,
    message: `FT_THREADS must be a whole number from 1 to 64, not '${text}'`,
    hint: "unset FT_THREADS to use every physical core",
  });
});

test.each(["FT_BLAS_THREADS", "FT_KERNEL_THREADS"])("%s still counts, with a warning", (name) => {
  const [count, warnings] = heard({ [name]: "2" });
  expect(count).toBe(2);
  expect(warnings).toEqual([
    `${name} is now called FT_THREADS, which counts for matrix products and kernels alike`,
  ]);
  const error = refusal(() => heard({ [name]: "no" }), ConfigError);
  expect(error.message).toContain(name);
});

test("beside FT_THREADS the older names are ignored, and said to be", () => {
  const [count, warnings] = heard({ FT_THREADS: "4", FT_BLAS_THREADS: "2" });
  expect(count).toBe(4);
  expect(warnings).toEqual([
    "FT_BLAS_THREADS is ignored beside FT_THREADS, which counts for matrix products and kernels alike",
  ]);
});
