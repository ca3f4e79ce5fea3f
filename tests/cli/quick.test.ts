// `ft train quick` and `make quick` on the bundled model and the shipped data; a few steps of each.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { root } from "../support/documents.ts";
import { compiledProgram, eventsOf, runProgram } from "../support/program.ts";

const weights = new URL("../../data/models/builtin-tiny/model.safetensors", import.meta.url);

test("the bundled model learns on the shipped set", async () => {
  expect(existsSync(weights), "data/models/builtin-tiny has no weights").toBe(true);
  const output = join(inject("runFolder"), "quick");
  const args = [
    "train",
    "quick",
    "builtin/tiny",
    "--batch-size",
    "8",
    "--iters",
    "12",
    "--lr",
    "3e-3",
  ];
  const few = ["--warmup-steps", "2", "--eval-batches", "4", "--output", output, "--json"];
  const { code, stdout, stderr } = await runProgram([...args, ...few]);
  expect(code, stderr).toBe(0);
  const losses = eventsOf(stdout).flatMap((event) =>
    event.type === "evaluation-finished" ? [event.validationLoss] : [],
  );
  expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
  expect(existsSync(join(output, "final_model", "adapters.safetensors"))).toBe(true);
});

test("dev/quick.ts says when the real model cannot be fetched, takes the shipped one, and counts right answers", () => {
  const output = join(inject("runFolder"), "quick-demonstration");
  const options = ["--fetch", "false", "--questions", "2", "--output", output];
  const training = ["--", "--iters", "2", "--warmup-steps", "1", "--eval-batches", "1"];
  const args = ["dev/quick.ts", "smollm2", ...options, "--program", compiledProgram(), ...training];
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, FT_ADDON: join(root, "build/Release/ft_native.node") },
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toContain("builtin/smollm2 is not here and could not be fetched");
  expect(stderr).toMatch(/before: 2 of 2 questions answered, left /);
  expect(stderr).toMatch(/after: 2 of 2 questions answered, left /);
  expect(stderr).not.toMatch(/^warning/m);
  expect(stdout).toMatch(/^Model: builtin\/tiny, /m);
  expect(stdout).toMatch(/^Trained on: 16 rows, \d+ tokens, 2 steps$/m);
  expect(stdout).toMatch(/^Memory: at most \d+ MB resident in training, /m);
  expect(stdout).toMatch(/\nRight on tables never seen: \d of 2 before, \d of 2 after\n$/);
});
