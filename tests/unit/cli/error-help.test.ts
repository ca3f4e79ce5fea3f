// `ft help CODE`: every code of the page is explained, from the page itself.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorHelp, isErrorCode } from "../../../src/cli/error-help.ts";
import { packageRoot } from "../../../src/core/paths.ts";

const page = readFileSync(join(packageRoot(), "docs/reference/errors.md"), "utf8");

test("a code is told with its exit code, all that it says, and all that mends it", () => {
  const row = "| `FT-A-001` | 2 | no \\| here<br>nor there | look<br>ask |";
  expect(errorHelp("ft-a-001", `words\n${row}\n`)).toBe(`FT-A-001: ends with exit code 2

What it says (… is filled in when it happens):
  no | here
  nor there

How to fix it:
  look
  ask
`);
});

test("a family of codes answers for each of them; its own row counts before", () => {
  expect(errorHelp("FT-FILE-ENOSPC", page)).toMatch(/^FT-FILE-ENOSPC: /);
  const rows = "| `FT-A-…` | 1 | any | |\n| `FT-A-001` | 2 | this | |";
  expect(errorHelp("FT-A-001", rows)).toContain("  this\n");
  expect(errorHelp("FT-A-002", rows)).toContain("  any\n");
});

test("every code of the page has an answer", () => {
  const codes = [...page.matchAll(/^\| `(FT-[\w-]+)` \|/gm)].map(([, code = ""]) => code);
  expect(codes.length).toBeGreaterThan(300);
  for (const code of codes) {
    expect(isErrorCode(code)).toBe(true);
    expect(errorHelp(code, page)).toMatch(new RegExp(`^${code}: `));
  }
  for (const code of codes) {
    const said = errorHelp(code, page) ?? "";
    expect(said.trim().split("\n").length, `${code} says nothing`).toBeGreaterThan(1);
    expect(said, code).not.toMatch(/says[^\n]*:\n {2}…\n(\n|$)/);
  }
  expect(errorHelp("FT-NOTHING-999", page)).toBeUndefined();
});
