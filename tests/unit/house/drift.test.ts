// A page that is made from the sources and is not made again after they changed is found: in a copy of the sources with
// one thing changed, the check fails and names the page.
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { root } from "../../support/documents.ts";
import { makeFolder } from "../../support/folders.ts";

const needed = [
  "src",
  "dev",
  "docs",
  "native",
  "configs",
  "package.json",
  "tsconfig.json",
  "LICENSE",
];

let copy: string;

beforeAll(() => {
  copy = makeFolder();
  for (const name of needed) {
    const isKept = (from: string): boolean =>
      !/[\\/](?:pictures|node_modules)(?:[\\/]|$)/.test(from);
    cpSync(join(root, name), join(copy, name), { recursive: true, filter: isKept });
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
});

function check(): { status: number | null; stdout: string; stderr: string } {
  const args = ["--import", "tsx", "dev/reference.ts", "--check"];
  return spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
}

/** The pages that are stale with `from` in a file being `to`. */
function staleWith(file: string, from: string, to: string): string[] {
  const path = join(copy, file);
  const before = readFileSync(path, "utf8");
  expect(before, `${file} has it once`).toContain(from);
  writeFileSync(path, before.replace(from, to));
  try {
    const { status, stdout, stderr } = check();
    expect(status, `${stdout}${stderr}`).toBe(1);
    return stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0] ?? "");
  } finally {
    writeFileSync(path, before);
  }
}

test("an option whose meaning changed", { timeout: 300_000 }, () => {
  const stale = staleWith("src/app/config/schema.ts", "Seed of splitting", "Seed of dividing");
  expect(stale).toEqual(
    expect.arrayContaining(["docs/reference/options.md", "configs/schema.json"]),
  );
});

test("a code of an error that changed", { timeout: 300_000 }, () => {
  const stale = staleWith("src/runs/run-errors.ts", '"FT-RUN-017"', '"FT-RUN-917"');
  expect(stale).toEqual(["docs/reference/errors.md"]);
});

test("an op whose types changed", { timeout: 300_000 }, () => {
  const stale = staleWith(
    "src/mx/ops.ts",
    "export function zeros(shape",
    "export function zeros(form",
  );
  expect(stale).toEqual(["docs/reference/ops.md"]);
});
