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
    memoryBytes: expect.any(Number),
    node: process.versions.node,
    version: expect.any(String),
  });
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
