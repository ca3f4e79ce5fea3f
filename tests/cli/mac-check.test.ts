// `make mac-check`: elsewhere it says what it would run; the parts that run here make the same report as on a Mac.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../../dev/mac/check.ts";
import { root } from "../support/documents.ts";
import { makeFolder } from "../support/folders.ts";
import { compiledProgram, programEnvironment } from "../support/program.ts";

const token = "hf_thisTokenIsNobodysBusiness";

function check(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...programEnvironment(), FT_HOME: makeFolder(), HF_TOKEN: token };
  const script = ["--import", "tsx", "dev/mac-check.ts", ...args];
  return spawnSync(process.execPath, script, { cwd: root, encoding: "utf8", env });
}

test.skipIf(process.platform === "darwin")("elsewhere it says what a Mac would run", () => {
  const { status, stdout } = check();
  expect(status).toBe(0);
  for (const part of ["info", "doctor", "training", "bench", "native", "parity"])
    expect(stdout).toContain(`  ${part}: `);
});

test("what can run here makes one report, without secrets and without the home folder", () => {
  const out = join(makeFolder(), "report.json");
  const parts = ["--part", "info", "--part", "training"];
  const { status, stdout, stderr } = check(...parts, "--program", compiledProgram(), "--out", out);
  expect(status, `${stdout}${stderr}`).toBe(0);
  const text = readFileSync(out, "utf8");
  expect(text).not.toContain(token);
  expect(text).not.toContain(`${homedir()}/`);
  const report = JSON.parse(text) as Report;
  expect(report).toMatchObject({ version: 1, system: { node: process.versions.node } });
  expect(report.parts.map(({ name, ok, code }) => [name, ok, code])).toEqual([
    ["info", true, 0],
    ["training", true, 0],
  ]);
  const trained = report.parts[1]?.result as { ended: string; losses: number[] };
  expect(trained.ended).toBe("run-completed");
  expect(trained.losses[1]).toBeLessThan(trained.losses[0] ?? 0);
});

test("a part that fails is told with what it said, and no part of that name is refused", () => {
  const out = join(makeFolder(), "report.json");
  const { status } = check("--part", "info", "--program", "no-such-program.js", "--out", out);
  expect(status).toBe(1);
  const { parts } = JSON.parse(readFileSync(out, "utf8")) as Report;
  expect(parts[0]).toMatchObject({
    ok: false,
    said: expect.stringContaining("no-such-program") as string,
  });
  expect(check("--part", "nothing").status).toBe(2);
});
