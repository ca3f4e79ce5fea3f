// Examples of the commands' help, run as they stand, one after another in one folder: some in every run, all of them with
// `make soak`. Which are run elsewhere, and why: tests/support/examples.ts.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { runHere } from "../support/examples.ts";
import { makeFolder } from "../support/folders.ts";
import { compiledProgram, programEnvironment } from "../support/program.ts";
import { rounds } from "../support/soak.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

let folder = "";
let model = "";

beforeAll(async () => {
  folder = makeFolder();
  model = await makeToyModel(join(folder, "model"));
  for (const name of ["rows.jsonl", "train.jsonl"]) writeRows(join(folder, name), 120);
  mkdirSync(join(folder, "docs"));
  writeFileSync(join(folder, "docs/tea.md"), "# Tea\n\nQ: How long?\n\nA: Three minutes.\n");
  mkdirSync(join(folder, "bin"));
  const program = `#!/bin/sh\nexec "${process.execPath}" "${compiledProgram()}" "$@"\n`;
  writeFileSync(join(folder, "bin/ft"), program, { mode: 0o755 });
});

const lines = runHere.slice(0, rounds({ slice: 6, soak: runHere.length }));

test.each(lines)("%s", { timeout: 300_000 }, (line) => {
  const shown = line.replaceAll("builtin/tiny", model).replace("--iters 100", "--iters 2");
  const { PATH = "", ...environment } = programEnvironment();
  const { status, stderr, stdout } = spawnSync("sh", ["-c", shown], {
    ...{ cwd: folder, encoding: "utf8", input: "" },
    env: { ...environment, PATH: `${join(folder, "bin")}:${PATH}`, FT_HOME: join(folder, "home") },
  });
  expect(status, `${stdout}\n${stderr}`).toBe(line.startsWith("ft doctor") && status === 1 ? 1 : 0);
});
