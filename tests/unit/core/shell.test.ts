import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWord } from "../../../src/core/shell.ts";

test.each(["./output", "/tmp/données/run-1", "a b", "it's", "~/runs", "$(date)", "semi;colon", ""])(
  "%j arrives as it is",
  (path) => {
    const echoed = execFileSync("sh", ["-c", `printf %s ${shellWord(path)}`], { encoding: "utf8" });
    expect(echoed).toBe(path);
  },
);

test("what needs no quotes has none", () => {
  expect(shellWord("/tmp/données/run-1")).toBe("/tmp/données/run-1");
});
