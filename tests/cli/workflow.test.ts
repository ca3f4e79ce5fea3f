// From data to an answer: train, look at the run, ask the adapter.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { runProgram, shortTraining } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

test("train with a template, list and show the run, and generate with the adapter's own template", async () => {
  const folder = join(inject("runFolder"), "workflow");
  const model = await makeToyModel(join(folder, "model"));
  const rows = writeRows(join(folder, "rows.jsonl"), 12);
  const output = join(folder, "run");
  const train = shortTraining({ model, rows, output, steps: 6 });
  const trained = await runProgram([...train, "--json"]);
  expect(trained.code, trained.stderr).toBe(0);

  const listed = await runProgram(["runs", "list", "--json"]);
  const { runs } = JSON.parse(listed.stdout) as { runs: { runId: string }[] };
  expect(runs).toMatchObject([{ outputDir: output, status: "completed", step: 6 }]);
  const shown = await runProgram(["runs", "show", runs[0]?.runId ?? ""]);
  expect(shown.stdout).toContain("Status:          completed");
  expect(shown.stdout).toMatch(/step 6 \(best, latest\)/);

  const picture = join(folder, "run.png");
  const plotted = await runProgram(["runs", "plot", output, "-o", picture]);
  expect(plotted.code, plotted.stderr).toBe(0);
  expect(readFileSync(picture).subarray(1, 4).toString()).toBe("PNG");
  const other = await runProgram(["runs", "plot", output, "-o", "run.pdf"]);
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("-o run.png") as string });

  const adapter = join(output, "final_model");
  const ask = ["generate", model, "Hello", "--adapter", adapter, "--max-tokens", "4", "--json"];
  const own = await runProgram(ask);
  const named = await runProgram([...ask, "--template", "chatml"]);
  const elsewise = await runProgram([...ask, "--template", "alpaca"]);
  expect(own.code, own.stderr).toBe(0);
  const promptTokens = (out: string): number =>
    (JSON.parse(out) as { promptTokens: number }).promptTokens;
  expect(promptTokens(own.stdout)).toBe(promptTokens(named.stdout));
  expect(promptTokens(own.stdout)).not.toBe(promptTokens(elsewise.stdout));
});
