import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolders } from "../../../src/core/folders.ts";
import { makeFolder } from "../../support/folders.ts";

test("makes what is missing, leaves what is there", () => {
  const folder = makeFolder();
  makeFolders(join(folder, "a", "b", "c"));
  makeFolders(join(folder, "a", "b", "c"));
  expect(existsSync(join(folder, "a", "b", "c"))).toBe(true);
});

test("a file in the way is an error", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "file"), "");
  expect(() => makeFolders(join(folder, "file"))).toThrow("EEXIST");
  expect(() => makeFolders(join(folder, "file", "below"))).toThrow("ENOTDIR");
});

test.runIf(process.platform === "linux")("a file system without room for names ends it", () => {
  expect(() => makeFolders("/proc/x/y")).toThrow("ENOENT");
});
