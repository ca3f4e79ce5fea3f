import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

// The commit hook, in a small clone of its own: a bad file is refused, a good one passes.

const root = path.resolve(import.meta.dirname, "../../..");
const clone = mkdtempSync(path.join(tmpdir(), "ft-hook-"));
afterAll(() => rmSync(clone, { recursive: true, force: true }));

// Set only while another git command runs us (a hook, say), and would point at that repository.
const outside = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));

function git(...args: string[]): { status: number | null; talk: string } {
  const identity = ["-c", "user.name=A Tester", "-c", "user.email=tester@example.invalid"];
  const env = Object.fromEntries(outside);
  const { status, stderr, stdout } = spawnSync("git", [...identity, ...args], {
    cwd: clone,
    env,
    encoding: "utf8",
  });
  return { status, talk: stdout + stderr };
}

function commit(file: string, text: string): { status: number | null; talk: string } {
  mkdirSync(path.dirname(path.join(clone, file)), { recursive: true });
  writeFileSync(path.join(clone, file), text);
  git("add", file);
  const result = git("commit", "-m", file);
  git("reset", "-q");
  return result;
}

beforeAll(() => {
  git("init", "-q");
  git("config", "core.hooksPath", "dev/hooks");
  for (const needed of ["dev/hooks", ".oxfmtrc.json", ".oxlintrc.json", "tsconfig.json"]) {
    cpSync(path.join(root, needed), path.join(clone, needed), { recursive: true });
  }
  symlinkSync(path.join(root, "node_modules"), path.join(clone, "node_modules"));
});

test("a badly formatted file is refused, with the command that mends it", () => {
  const { status, talk } = commit("src/a.ts", "export const a = 'b'\n");
  expect(status).toBe(1);
  expect(talk).toContain("make format");
});

test("a file with a lint error is refused", () => {
  const { status, talk } = commit("src/b.ts", "export default 1;\n");
  expect(status).toBe(1);
  expect(talk).toContain("no-default-export");
});

test("a good file is let through", () => {
  expect(commit("notes.json", '{ "a": 1 }\n')).toMatchObject({ status: 0 });
});
