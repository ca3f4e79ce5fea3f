// `ft verify`: runs, results and conversions as they were written, and what happened to them since.
import { appendFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Verification } from "../../src/app/share/verify-folder.ts";
import { makeFolder } from "../support/folders.ts";
import { runProgram, shortTraining } from "../support/program.ts";
import { makeToyModel, writeRows } from "../support/toy-model.ts";

const cwd = makeFolder();
let model: string;
beforeAll(async () => {
  model = await makeToyModel(join(cwd, "toy"));
  const rows = writeRows(join(cwd, "rows.jsonl"), 12);
  const train = shortTraining({ model, rows, output: join(cwd, "run"), steps: 4 });
  const { code, stderr } = await runProgram(train, { cwd });
  expect(code, stderr).toBe(0);
});

async function verified(...args: string[]): Promise<Verification & { code: number | null }> {
  const { code, stdout, stderr } = await runProgram(["verify", ...args, "--json"], { cwd });
  expect(stdout, stderr).not.toBe("");
  return { code, ...(JSON.parse(stdout) as Verification) };
}

/** A copy of the run that a test may spoil. */
function copied(): string {
  const to = join(makeFolder(), "run");
  cpSync(join(cwd, "run"), to, { recursive: true });
  return to;
}

test("a run is as it was written: its result and its checkpoints", async () => {
  const found = await verified("run", "--base-model", model);
  expect(found).toMatchObject({ code: 0, valid: true, problems: [], base: { state: "same" } });
  expect(found.files).toBeGreaterThan(5);
  const text = await runProgram(["verify", "run/final_model"], { cwd });
  expect(text).toMatchObject({ code: 0, stdout: expect.stringContaining("as it was written") });
});

test("each thing that happened to it is told, with exit 7", async () => {
  const run = copied();
  appendFileSync(join(run, "final_model/adapters.safetensors"), "x");
  rmSync(join(run, "checkpoints/step-4/state.json"));
  writeFileSync(join(run, "final_model/more.bin"), "x");
  const { code, valid, problems } = await verified(run);
  expect([code, valid]).toEqual([7, false]);
  expect(problems.map(({ file, kind }) => `${file} ${kind}`)).toEqual([
    "final_model/adapters.safetensors changed",
    "final_model/more.bin extra",
    "checkpoints/step-4/state.json missing",
  ]);
});

test("a manifest that is gone or damaged is a problem, not the end", async () => {
  const run = copied();
  writeFileSync(join(run, "final_model/ft-manifest.json"), "{");
  writeFileSync(join(run, "checkpoints/step-4/manifest.json"), "{");
  const { code, problems } = await verified(run);
  expect(code).toBe(7);
  expect(problems.map(({ file, kind }) => [file, kind])).toEqual([
    ["final_model/ft-manifest.json", "manifest"],
    ["checkpoints/step-4/manifest.json", "manifest"],
  ]);
  expect(await verified(model)).toMatchObject({ code: 7, problems: [{ kind: "manifest" }] });
});

test("another base than the one that it was made from is told", async () => {
  const other = await makeToyModel(join(cwd, "other"), { seed: 99 });
  const { code, problems, base } = await verified("run", "--base-model", other);
  expect([code, base?.state]).toEqual([7, "other"]);
  expect(problems).toMatchObject([{ kind: "base" }]);
});

test("a converted model has a manifest too", async () => {
  const convert = ["models", "convert", model, "small", "--dtype", "float16"];
  const made = await runProgram(convert, { cwd });
  expect(made.code, made.stderr).toBe(0);
  const found = await verified("small", "--base-model", model);
  expect(found).toMatchObject({ code: 0, valid: true, base: { name: "toy", state: "same" } });
});

test("what is no folder is a wrong use", async () => {
  const { code, stdout } = await runProgram(["verify", "nowhere", "--json"], { cwd });
  expect([code, stdout]).toEqual([2, expect.stringContaining("FT-VERIFY-002")]);
});
