// `ft info` and `ft models info`: what this machine is to ft, and what a model is.
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";
import { makeToyModel } from "../support/toy-model.ts";

test("ft info says which backend and why", async () => {
  const { stdout } = await runProgram(["info", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    backend: expect.any(String),
    backendReason: expect.any(String),
    device: expect.any(String),
    mlxVersion: expect.stringMatching(/^\d/),
    blas: expect.any(String),
    threads: expect.any(Number),
    memoryBytes: expect.any(Number),
    node: process.versions.node,
    version: expect.any(String),
  });
});

test("ft info shows how many threads compute, and warns of the older names", async () => {
  const shown = await runProgram(["info"], { env: { FT_THREADS: "3" } });
  expect(shown.stdout).toMatch(/^Threads: +3$/m);
  expect(shown.stderr).toBe("");
  const env = { FT_THREADS: "", FT_BLAS_THREADS: "2" };
  const { stdout, stderr } = await runProgram(["info", "--json"], { env });
  expect(JSON.parse(stdout)).toMatchObject({ threads: 2 });
  expect(stderr).toContain("FT_BLAS_THREADS is now called FT_THREADS");
});

test("a number of threads that is none ends the program", async () => {
  const args = ["generate", "builtin/tiny", "--prompt", "x"];
  const { code, stdout, stderr } = await runProgram(args, { env: { FT_THREADS: "many" } });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toContain("FT-CONFIG-THREADS");
  expect(stderr).toContain("FT_THREADS must be a whole number from 1 to 64, not 'many'");
});

test("ft models info maps every tensor", async () => {
  const model = await makeToyModel(join(makeFolder(), "model"));
  const { stdout } = await runProgram(["models", "info", model, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    architecture: "llama",
    supported: true,
    parameters: 37_184,
    dtypes: { F32: 37_184 },
    mapping: { mapped: 20, missing: [], unexpected: [] },
    memory: { totalBytes: expect.any(Number) },
  });
  const shown = await runProgram(["models", "info", model, "-m"]);
  expect(shown.stdout).toContain("20 mapped, 0 missing, 0 unexpected");
  expect(shown.stdout).toMatch(/ {2}activations: +\d/);
});
