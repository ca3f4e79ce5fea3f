// `ft train quick` on the bundled model and the shipped data, as the README begins; a few steps of it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { eventsOf, runProgram } from "../support/program.ts";

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
