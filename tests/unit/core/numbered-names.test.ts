import { expect, test } from "vitest";
import { firstFree, numberedName } from "../../../src/core/numbered-names.ts";

test("the name itself, then with numbers from two on", () => {
  expect([1, 2, 3].map((number) => numberedName("run", number))).toEqual(["run", "run-2", "run-3"]);
});

test("the first that is free", () => {
  const taken = new Set(["run", "run-2"]);
  expect(firstFree("run", (name) => !taken.has(name))).toBe("run-3");
  expect(firstFree("other", (name) => !taken.has(name))).toBe("other");
});
