import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { expandHome, ftHome, packageRoot } from "../../../src/core/paths.ts";

describe("ftHome", () => {
  const standard = join(homedir(), ".local", "share", "ft");
  test.each([
    [{ FT_HOME: "/a/b", XDG_DATA_HOME: "/x" }, "/a/b"],
    [{ FT_HOME: "~/ft" }, join(homedir(), "ft")],
    [{ XDG_DATA_HOME: "/x" }, "/x/ft"],
    [{ XDG_DATA_HOME: "relative" }, standard],
    [{ FT_HOME: "", XDG_DATA_HOME: "" }, standard],
    [{}, standard],
  ])("%j", (environment, expected) => {
    expect(ftHome(environment)).toBe(expected);
  });
});

test("HOME that is set to nothing is not the working folder", () => {
  vi.stubEnv("HOME", "");
  try {
    expect(ftHome({})).toBe(join(userInfo().homedir, ".local", "share", "ft"));
    expect(expandHome("~/a")).toBe(join(userInfo().homedir, "a"));
  } finally {
    vi.unstubAllEnvs();
  }
});

test("expandHome changes the user's own home sign only", () => {
  expect(expandHome("~")).toBe(homedir());
  expect(expandHome("~/a")).toBe(join(homedir(), "a"));
  expect(["~other/a", "a/~", "/a"].map(expandHome)).toEqual(["~other/a", "a/~", "/a"]);
});

test("packageRoot holds package.json", () => {
  expect(existsSync(join(packageRoot(), "package.json"))).toBe(true);
});
