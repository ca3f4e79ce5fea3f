// A compiled step by the programs: a run learns the same with it, and the benchmark says which of both it measured.
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { eventsOf, runProgram, shortTraining } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

/** Tests run without compilation. */
const compiling = { MLX_DISABLE_COMPILE: undefined };

async function losses(
  cwd: string,
  output: string,
  flags: readonly string[],
): Promise<(number | null)[]> {
  const run = { model: "model", rows: "rows.jsonl", output, steps: 12 };
  // one trained block and several epochs: what the frozen block gives comes from the prefix cache
  const args = [...shortTraining(run), "--num-layers", "1", "--report-every", "1", "--json"];
  const { code, stdout, stderr } = await runProgram([...args, ...flags], { cwd, env: compiling });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const events = eventsOf(stdout);
  return events.flatMap((event) => (event.type === "step-reported" ? [event.trainLoss] : []));
}

test("a run with --compile has the losses of one without", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 8);
  const plain = await losses(cwd, "plain", []);
  const compiled = await losses(cwd, "compiled", ["--compile"]);
  expect(plain).toHaveLength(12);
  // joined operations may round once where single ones round twice
  plain.forEach((loss, at) => expect(compiled[at]).toBeCloseTo(loss ?? 0, 5));
});

test("the benchmark says what it measured", async () => {
  const args = ["bench", "train", "tiny", "--length", "32", "--steps", "2", "--json"];
  const { stdout, code } = await runProgram([...args, "--compile", "on"], { env: compiling });
  expect(code).toBe(0);
  const { environment, results } = JSON.parse(stdout) as Record<string, Record<string, unknown>[]>;
  expect(environment).toMatchObject({ node: process.versions.node, backend: "cpu" });
  expect(results).toEqual([
    {
      ...{ shape: "tiny", method: "lora", compile: "on", batch: 4, length: 32 },
      trainableParameters: expect.any(Number),
      stepSeconds: { p50: expect.any(Number), p90: expect.any(Number) },
      tokensPerSecond: expect.any(Number),
      supervisedTokensPerSecond: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
    },
  ]);
});

test("a run is refused before it writes where MLX would compile nothing", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 8);
  const run = { model: "model", rows: "rows.jsonl", output: "out", steps: 2 };
  const args = [...shortTraining(run), "--compile"];
  const { code, stderr } = await runProgram(args, { cwd, env: { MLX_DISABLE_COMPILE: "1" } });
  expect(code).toBe(3);
  expect(stderr).toContain("FT-TRAIN-012");
});
