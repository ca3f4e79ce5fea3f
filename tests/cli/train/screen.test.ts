// What a person sees of a run: talk on stderr, the result on stdout. What programs read is json.test.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { makeFolder } from "../../support/folders.ts";
import { runProgram } from "../../support/program.ts";
import { makeToyModel, writeRows } from "../../support/toy-model.ts";

let folder: string;

beforeAll(async () => {
  folder = makeFolder();
  await makeToyModel(join(folder, "model"));
  writeRows(join(folder, "rows.jsonl"), 20);
});

test("train quick tells what it does, prints the results, and writes where it says", async () => {
  const args = ["train", "quick", "model", "rows.jsonl", "--iters", "4"];
  const { code, stdout, stderr } = await runProgram(args, { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain("Dataset format: chat message format (auto-detected)");
  expect(stderr).toContain("LoRA Rank:     8 (α=16)");
  expect(stderr).toMatch(/^better known: --target-modules all-linear .*$/m);
  expect(stderr).toContain("base model");
  expect(stderr).toMatch(/step 4\/4 {2}100% {2}loss \d/);
  expect(stdout).toMatch(/^Results\n/);
  expect(stdout).toMatch(
    /Final Training Loss: +\d\.\d{4}\n {2}Final Validation Loss: +\d\.\d{4}\n/,
  );
  expect(stdout).toMatch(/Total Steps: +4\n/);
  expect(stdout).toMatch(/Model saved to: .*quick_output\/final_model\n$/);
  expect(stderr).toMatch(
    /\nAsk it: ft generate \S*model "…" --adapter \S*quick_output\/final_model\n$/,
  );
  expect(stdout + stderr).not.toContain("{");
  const output = join(folder, "quick_output");
  expect(existsSync(join(output, "final_model/adapters.safetensors"))).toBe(true);
  const record: unknown = JSON.parse(readFileSync(join(output, "config.json"), "utf8"));
  expect(record).toMatchObject({ origins: { "optimization.iters": "flag:--iters" } });
});

test("FT_LOG and --quiet leave the results alone", async () => {
  const args = ["train", "quick", "model", "rows.jsonl", "--iters", "2", "--output", "quiet"];
  const options = { cwd: folder, env: { FT_LOG: "error" } };
  const { stdout, stderr } = await runProgram([...args, "--quiet"], options);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^Results\n/);
});
