// ft train sweep: a grid over settings, a run that fails on the way, and the same command once more.
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { TrialResult } from "../../../src/app/train/sweep.ts";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

const base = `base:
  model: { name: model }
  data: { train_file: rows.jsonl, template: chatml, validation_split: 0.3 }
  optimization: { iters: 3, eval_steps: 3, warmup_steps: 0 }
`;

async function makeSweep(rest: string): Promise<string> {
  const cwd = makeFolder({ "sweep.yaml": `${base}${rest}` });
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 10);
  return cwd;
}

const resultsIn = (stdout: string): TrialResult[] =>
  (JSON.parse(stdout) as { results: TrialResult[] }).results;

test("every combination is a run; one that fails does not end the rest; done is done", async () => {
  // The second rank is more than a layer of the toy has blocks for: it fails when the model is looked at.
  const cwd = await makeSweep(
    "grid: { optimization.learning_rate: [0.001, 0.01], lora.num_layers: [1, 9] }\n",
  );
  const first = await runProgram(["train", "sweep", "sweep.yaml", "--json"], { cwd });
  expect(first.code).toBe(1);
  const results = resultsIn(first.stdout);
  expect(results.map(({ status }) => status)).toEqual([
    ...["completed", "completed"],
    ...["failed", "failed"],
  ]);
  expect(results[0]?.best).toBeLessThanOrEqual(results[1]?.best ?? 0);
  expect(results[2]?.error).toMatchObject({ code: "FT-ADAPTER-002", hint: "--num-layers 2" });
  expect(results.map(({ settings }) => settings["optimization.learning_rate"]).sort()).toEqual([
    ...[0.001, 0.001, 0.01, 0.01],
  ]);
  const [best] = results;
  const model = join(best?.folder ?? "", "final_model", "adapters.safetensors");
  const before = readFileSync(model);

  // Half done: one run is gone, the other is not touched.
  rmSync(results[1]?.folder ?? "", { recursive: true });
  const second = await runProgram(["train", "sweep", "sweep.yaml"], { cwd });
  expect(second.stderr).toMatch(/done before/);
  expect(second.stderr).toMatch(/step 3\/3 {2}100% {2}loss [\d.]+/);
  expect(second.stderr).toMatch(/failed: FT-ADAPTER-002 .*\n {2}hint: --num-layers 2\n/);
  expect(second.stdout).toMatch(/^SETTINGS +STATUS +STEPS +LOSS +BEST VALIDATION_LOSS/);
  expect(readFileSync(model).equals(before)).toBe(true);
  expect(existsSync(join(results[1]?.folder ?? "", "final_model"))).toBe(true);

  writeFileSync(join(cwd, "sweep.yaml"), `${base}grid: { lora.r: [2] }\n`);
  const other = await runProgram(["train", "sweep", "sweep.yaml"], { cwd });
  expect(other).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-CONFIG-071") });
  writeFileSync(join(cwd, "sweep", "sweep.json"), '{"tri');
  const torn = await runProgram(["train", "sweep", "sweep.yaml"], { cwd });
  expect(torn).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-CONFIG-071") });
});

test("a list beside a grid; settings that are wrong are told before anything is trained", async () => {
  const cwd = await makeSweep(
    "list: [{ lora: { r: 2 } }, { lora.r: 4 }]\ngrid: { seed: [1, 2] }\n",
  );
  const dry = await runProgram(["train", "sweep", "sweep.yaml", "--dry-run", "--json"], { cwd });
  const { trials } = JSON.parse(dry.stdout) as { trials: { settings: object }[] };
  expect(trials.map(({ settings }) => settings)).toEqual([
    { "lora.r": 2, seed: 1 },
    { "lora.r": 2, seed: 2 },
    { "lora.r": 4, seed: 1 },
    { "lora.r": 4, seed: 2 },
  ]);
  writeFileSync(join(cwd, "sweep.yaml"), `${base}grid: { lora.r: [2, -1] }\n`);
  const wrong = await runProgram(["train", "sweep", "sweep.yaml"], { cwd });
  expect(wrong).toMatchObject({ code: 3, stderr: expect.stringMatching(/LoRA rank must be pos/) });
  writeFileSync(join(cwd, "sweep.yaml"), `${base}gird: { lora.r: [2] }\n`);
  const typo = await runProgram(["train", "sweep", "sweep.yaml"], { cwd });
  expect(typo).toMatchObject({ code: 3, stderr: expect.stringContaining("FT-CONFIG-070") });
});
