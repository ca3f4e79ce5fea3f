import { expect, test } from "vitest";
import { runProgram } from "../support/program.ts";

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
