import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

// The list of commands: each target that the documents name is there, and a group that is empty would fail.

const root = path.resolve(import.meta.dirname, "../../..");
const makefile = readFileSync(path.join(root, "Makefile"), "utf8");

function dryRun(target: string): { status: number | null; plan: string } {
  const { status, stdout } = spawnSync("make", ["-n", target], { cwd: root, encoding: "utf8" });
  return { status, plan: stdout };
}

const start = ["setup", "build", "dev", "link", "quick", "quick-tiny", "quick-proof"];
const groups = [
  "test",
  "test-unit",
  "test-integration",
  "test-lora",
  "test-data",
  "test-templates",
  "test-config",
  "test-week2",
  "test-week2-quick",
  "test-lora-quick",
  "test-e2e-workflow",
  "test-e2e-real-model",
  "test-e2e-mlx",
  "test-e2e-quick",
  "test-e2e-all",
  "coverage",
];
const care = [
  "port",
  "port-new",
  "port-all",
  "check",
  "fix",
  "format",
  "lint",
  "typecheck",
  "reference",
  "inventory",
  "bench",
  "interop",
  "sanitize",
  "pack",
  "packages-check",
  "clean",
  "help",
];

test.each([...start, ...groups, ...care])(
  "make %s exists and says in the list what it does",
  (target) => {
    expect(dryRun(target).status).toBe(0);
    expect(makefile).toMatch(new RegExp(`^${target}:.*## \\S`, "m"));
  },
);

describe.each(groups)("make %s", (target) => {
  test("runs the test runner, which fails when nothing is selected", () => {
    const { plan } = dryRun(target);
    expect(plan).toContain("vitest run");
    expect(plan).not.toContain("passWithNoTests");
  });
});

test("an unknown target fails", () => {
  expect(dryRun("test-nothing-of-the-kind").status).not.toBe(0);
});
