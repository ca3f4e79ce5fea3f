// Patterns over paths: * and ? inside a part, hidden names only where they are meant.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { globPaths, matchesPattern } from "../../../src/core/glob-paths.ts";
import { makeFolder } from "../../support/folders.ts";

test("parts of a path are matched one by one", () => {
  const folder = makeFolder();
  for (const path of ["a1/x", "a2/x", "b1/x", ".a3/x", "a1/(y)"]) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  const of = (pattern: string): string[] =>
    globPaths(join(folder, pattern)).map((path) => relative(folder, path));
  expect(of("a*/x")).toEqual(["a1/x", "a2/x"]);
  expect(of("?1/x")).toEqual(["a1/x", "b1/x"]);
  expect(of("a1/(*)")).toEqual(["a1/(y)"]);
  expect(of(".*/x")).toEqual([".a3/x"]);
  expect(of("a1")).toEqual(["a1"]);
  expect(of("c*/x")).toEqual([]);
  expect(of("nowhere")).toEqual([]);
});

test("a text is matched as a whole", () => {
  expect(
    matchesPattern("tinker://r/sampler_weights/step_*", "tinker://r/sampler_weights/step_0001"),
  ).toBe(true);
  expect(matchesPattern("step_?", "step_10")).toBe(false);
});
