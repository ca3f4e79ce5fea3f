// A run that asks for more memory than there is: refused before it loads weights; forced, told with its code and what
// needs less, not ended by a signal. A trainer that crashed is started once more where that was asked for.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEvents } from "../../../src/runs/index.ts";
import { makeFolder } from "../../support/folders.ts";
import {
  compiledProgram,
  programEnvironment,
  runProgram,
  shortTraining,
} from "../../support/program.ts";
import { chatRow } from "../../support/rows.ts";
import { makeToyModel, toyRow, writeRows } from "../../support/toy-model.ts";

/** 100,000 tokens by an inner size of 100,000: 40 GB an array. */
async function makeHugeRun(): Promise<string> {
  const cwd = makeFolder();
  const sizes = { num_hidden_layers: 4, intermediate_size: 100_000 };
  await makeToyModel(join(cwd, "model"), {
    config: { ...sizes, max_position_embeddings: 1_000_000 },
  });
  const long = chatRow("Say it again.", "again ".repeat(100_000));
  writeRows(join(cwd, "rows.jsonl"), [toyRow(0), long, ...[1, 2, 3].map((at) => toyRow(at))]);
  return cwd;
}

const huge = [
  ...["train", "start", "model", "rows.jsonl", "-o", "out", "--max-length", "400000"],
  ...["--batch-size", "1", "--iters", "6", "--data-order", "sequential", "--val-split", "0"],
];

test("a row of 100,000 tokens does not fit: refused, with the changes after which it would", async () => {
  const cwd = await makeHugeRun();
  const ended = await runProgram([...huge, "--json"], { cwd });
  expect(ended.code).toBe(5);
  expect(ended.stderr).toMatch(/FT-TRAIN-005: training is estimated to need [\d.]+ \wB of memory/);
  expect(ended.stderr).toMatch(/hint: --.*; --force tries it as it is/);
  const changes = [...ended.stderr.matchAll(/- with (--.*): [\d.]+ \wB/g)].map(
    ([, flags]) => flags,
  );
  expect(changes).toHaveLength(2);
  expect(existsSync(join(cwd, "out", "config.json"))).toBe(false);
  const fitting = (changes[1] ?? "").split(" ");
  const looked = ["train", "validate", ...huge.slice(2), "--json", ...fitting];
  const { memoryPlan } = JSON.parse((await runProgram(looked, { cwd })).stdout);
  expect(memoryPlan).toMatchObject({ fits: true });
});

test("validate shows the plan of a run that does not fit", async () => {
  const cwd = await makeHugeRun();
  const looked = await runProgram(["train", "validate", ...huge.slice(2), "--json"], { cwd });
  expect(looked.code).toBe(0);
  const { memoryPlan, warnings } = JSON.parse(looked.stdout);
  expect(memoryPlan).toMatchObject({ fits: false });
  expect(memoryPlan.residentBytes).toBeGreaterThan(memoryPlan.peakBytes);
  const terms = Object.values(memoryPlan.terms as Record<string, number>);
  expect(terms.reduce((sum, bytes) => sum + bytes, 0)).toBe(memoryPlan.residentBytes);
  expect(memoryPlan.changes.length).toBeGreaterThan(1);
  expect(warnings.join("\n")).toMatch(/training is estimated to need .* less: --/);
});

test.skipIf(process.platform !== "linux")(
  "forced, it says what was in use; what was learned is kept",
  async () => {
    const cwd = await makeHugeRun();
    // with 30 GB of addresses, whatever this machine has and promises: the first of those arrays is refused
    const words = [process.execPath, compiledProgram(), ...huge, "--force"];
    const ended = spawnSync("bash", ["-c", 'ulimit -v 30000000; exec "$@"', "_", ...words], {
      ...{ cwd, env: programEnvironment(), encoding: "utf8" },
    });
    expect(ended.stderr).toMatch(
      /FT-NATIVE-MEMORY: It does not fit into memory: .* cannot allocate \d+ bytes.*were in use at most/,
    );
    expect(ended.stderr.match(/- less is needed with --/g)).toHaveLength(2);
    // Rows in their own order: the first one was learned before the long one came.
    expect(ended.stderr).toMatch(
      /hint: what was learned is kept in \S*step-1; ft train resume \S+ goes on/,
    );
    expect(existsSync(join(cwd, "out", "checkpoints", "step-1", "trained"))).toBe(true);
    expect(ended.status).toBe(5);
  },
  600_000,
);

/** Kills the trainer with -9 after step 4, in its first life only. */
const crashing = `import { existsSync, writeFileSync } from "node:fs";
  const send = process.send?.bind(process);
  if (send) process.send = (message, ...rest) => {
    const event = message.told?.event;
    if (event?.type === "step-reported" && event.step === 4 && !existsSync("crashed")) {
      writeFileSync("crashed", "");
      process.kill(process.pid, "SIGKILL");
    }
    return send(message, ...rest);
  };`;

test("--retry starts a trainer that crashed once more, from the last checkpoint", async () => {
  const cwd = makeFolder({ "crashing.mjs": crashing });
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 10);
  const training = shortTraining({ model: "model", rows: "rows.jsonl", output: "out", steps: 6 });
  const options = ["--extension", "./crashing.mjs", "--save-steps", "3", "--report-every", "1"];
  const ended = await runProgram([...training, ...options, "--retry"], { cwd });
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stderr).toMatch(/SIGKILL.*; starting once more from the last checkpoint/);
  const starts = readEvents(join(cwd, "out")).filter(({ type }) => type === "run-started");
  expect(starts.map((event) => "resumedFromStep" in event && event.resumedFromStep)).toContain(3);
  rmSync(join(cwd, "crashed"));
  const again = [...training.slice(0, -1), "other", ...options];
  expect(await runProgram(again, { cwd })).toMatchObject({ code: 1 });
});

test("--batch-size auto: the size is told and recorded, and a resumed run keeps to it", async () => {
  const cwd = makeFolder();
  await makeToyModel(join(cwd, "model"));
  writeRows(join(cwd, "rows.jsonl"), 20);
  const training = shortTraining({ model: "model", rows: "rows.jsonl", output: "out", steps: 2 });
  const ended = await runProgram([...training, "--batch-size", "auto"], { cwd });
  expect(ended.stderr).toMatch(/batch size 16, chosen by the estimate: .* of .* that are free/);
  const { config, origins } = JSON.parse(readFileSync(join(cwd, "out", "config.json"), "utf8"));
  expect(config.optimization).toMatchObject({ batch_size: 16, auto_batch_size: false });
  expect(origins["optimization.batch_size"]).toBe("estimate");
  const resumed = await runProgram(["train", "resume", "out", "--iters", "3", "--json"], { cwd });
  expect(resumed).toMatchObject({ code: 0 });
});
