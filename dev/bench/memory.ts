// Two thousand training steps of the compiled program: does memory stay where it was after three hundred?
// Fails when the resident size has moved by more than three per cent. (Under tsx the loader's own heap shrinks midway.)
//   node --import tsx dev/bench/memory.ts [STEPS]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunEvent } from "../../src/runs/index.ts";
import { makeToyModel, writeRows } from "../../tests/support/toy-model.ts";

const settledAfter = 300;
const allowedChange = 0.03;
const steps = Number(process.argv[2] ?? 2000);

/** Events of a LoRA run with dropout, evaluation and checkpoints on. */
function train(folder: string, model: string, data: string): RunEvent[] {
  const length = ["--iters", String(steps), "--batch-size", "4", "--report-every", "100"];
  const work = ["--lora-dropout", "0.1", "--eval-steps", "200", "--save-steps", "500"];
  const args = ["train", "start", model, data, "--output", join(folder, "run"), "--json"];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["dist/cli/main.js", ...args, ...length, ...work],
    { encoding: "utf8", env: { ...process.env, FT_HOME: join(folder, "home") } },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const folder = mkdtempSync(join(tmpdir(), "ft-memory-"));
try {
  const model = await makeToyModel(join(folder, "model"));
  const data = writeRows(join(folder, "rows.jsonl"), 40);
  const reports = train(folder, model, data).filter((event) => event.type === "step-reported");
  for (const { step, residentBytes, activeMemoryBytes } of reports) {
    const [resident, active] = [megabytes(residentBytes), megabytes(activeMemoryBytes)];
    console.log(`step ${step}: resident ${resident} MB, MLX ${active} MB`);
  }
  const settled = reports.find(({ step }) => step === settledAfter)?.residentBytes ?? Number.NaN;
  const last = reports.at(-1)?.residentBytes ?? Number.NaN;
  const change = last / settled - 1;
  console.log(
    `memory: ${megabytes(settled)} MB after ${settledAfter} steps, ${megabytes(last)} MB after ${steps}: ` +
      `${(100 * change).toFixed(2)} % (at most ${100 * allowedChange} % either way)`,
  );
  process.exitCode = Math.abs(change) <= allowedChange ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
