// What the commands list: templates, datasets, runs.
import { expect, test } from "vitest";
import { makeFolder } from "../support/folders.ts";
import { runProgram } from "../support/program.ts";

test("ft templates list", async () => {
  const { stdout } = await runProgram(["templates", "list"]);
  expect(stdout).toMatch(/^auto\nalpaca\nchatml\nllama\n/);
});

test("ft train list-data has three groups and presence marks, in an empty folder too", async () => {
  const { code, stdout } = await runProgram(["train", "list-data"], { cwd: makeFolder() });
  expect(code).toBe(0);
  expect(stdout).toContain("WikiSQL (Database Q&A)");
  expect(stdout).toContain("Conversational");
  expect(stdout).toContain("Instruction Following");
  expect(stdout).toMatch(/[✓✗] wikisql-chat/);
  expect(stdout).toContain("ft train quick MODEL");
});

test("ft train list-data --json", async () => {
  const { stdout } = await runProgram(["train", "list-data", "--json"]);
  const { datasets } = JSON.parse(stdout) as { datasets: { name: string; present: boolean }[] };
  expect(datasets.map(({ name }) => name)).toContain("wikisql-mlx");
});

test("ft runs list in a new home", async () => {
  const env = { FT_HOME: makeFolder() };
  expect((await runProgram(["runs", "list"], { env })).stdout).toContain("No runs yet");
  const { stdout } = await runProgram(["runs", "list", "--json"], { env });
  expect(JSON.parse(stdout)).toEqual({ runs: [] });
});
