// `ft doctor` as a program: what it prints, and how it ends.
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

test("ft doctor tells every check with its verdict; a failure ends it with 1", async () => {
  const { code, stdout } = await runProgram(["doctor", "--json"], {
    env: { FT_HOME: makeFolder() },
  });
  const { checks } = JSON.parse(stdout) as { checks: { name: string; verdict: string }[] };
  for (const each of checks)
    expect(each).toEqual({
      name: expect.any(String),
      found: expect.any(String),
      verdict: expect.stringMatching(/^(ok|warn|fail)$/),
      remedy: each.verdict === "ok" ? null : expect.any(String),
    });
  expect(checks.find(({ name }) => name === "addon")?.verdict).toBe("ok");
  expect(code).toBe(checks.some(({ verdict }) => verdict === "fail") ? 1 : 0);
});

test("without its addon ft doctor says so, and what builds it", async () => {
  const { code, stdout } = await runProgram(["doctor"], { env: { FT_ADDON: "/nowhere/ft.node" } });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^✗ addon .*could not be loaded\n +→ /m);
  expect(stdout).toMatch(/^✓ disk of runs/m);
});
