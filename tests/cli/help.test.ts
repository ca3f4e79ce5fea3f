import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { compiledProgram, runProgram } from "../support/program.ts";

test("ft alone, and a group alone, are help on stdout, exit 0", async () => {
  const short = await runProgram([]);
  expect(short).toMatchObject({ code: 0, stderr: "" });
  expect(short.stdout).toMatch(/^ {2}ft train quick builtin\/tiny {2,}Fine-tune a model/m);
  const group = await runProgram(["runs"]);
  expect(group).toMatchObject({ code: 0, stderr: "" });
  expect(group).toEqual(await runProgram(["runs", "--help"]));
});

test("--help is on stdout, exit 0", async () => {
  const { code, stdout, stderr } = await runProgram(["train", "quick", "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("Examples:");
});

test("--version", async () => {
  expect(await runProgram(["--version"])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+/),
    stderr: "",
  });
});

test("an unknown command is named with the nearest, exit 2, nothing on stdout", async () => {
  const { code, stdout, stderr } = await runProgram(["trian"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain("Did you mean train?");
});

test.each([
  [["trian"], "FT-USAGE-001"],
  [["train", "start", "m", "--epohcs", "3"], "FT-USAGE-001"],
  [["runs"], "FT-USAGE-001"],
])("with --json, what is not understood is one document: %j", async (args, code) => {
  const { stdout, ...ended } = await runProgram([...args, "--json"]);
  expect(ended.code).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    error: { code, message: expect.any(String), hint: expect.anything(), problems: [] },
  });
  expect(ended.stderr).toContain(code);
});

test("help with a code of an error says what mends it; another code is no error's, exit 2", async () => {
  const { code, stdout } = await runProgram(["help", "FT-CONFIG-001"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Configuration file not found");
  expect(stdout).toMatch(/How to fix it:\n {2}ft config show/);
  const unknown = await runProgram(["help", "FT-CONFIG-999"]);
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toContain(
    "error FT-USAGE-018: There is no error with the code FT-CONFIG-999",
  );
});

test.runIf(existsSync("/dev/full"))("output that cannot be written is told, exit 1", () => {
  const command = `exec "$0" "$1" config schema > /dev/full`;
  const { status, stderr } = spawnSync("/bin/sh", [
    ...["-c", command, process.execPath, compiledProgram()],
  ]);
  expect(status).toBe(1);
  expect(String(stderr)).toBe(
    "error FT-FILE-ENOSPC: No space left on the disk: standard output cannot be written\n",
  );
});
