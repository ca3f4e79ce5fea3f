// Two thousand training steps in this process: does memory stay where it was after three hundred?
// Fails when the resident size has moved by more than three per cent. Garbage of JavaScript is collected before each
// look, else the heap's own growing and shrinking is what one sees.
//   node --expose-gc --import tsx dev/bench/memory.ts [STEPS]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trainRun } from "../../src/app/train-run.ts";
import { liveTensors } from "../../src/mx/index.ts";
import { makeToyModel, toyRunConfig, writeRows } from "../../tests/support/toy-model.ts";

const settledAfter = 300;
const allowedChange = 0.03;
const steps = Number(process.argv[2] ?? 2000);

const folder = mkdtempSync(join(tmpdir(), "ft-memory-"));
process.env["FT_HOME"] = join(folder, "home");
const figures = new Map<number, { resident: number; active: number; live: number }>();
try {
  const config = toyRunConfig({
    model: await makeToyModel(join(folder, "model")),
    data: writeRows(join(folder, "rows.jsonl"), 40),
    output: join(folder, "run"),
    options: { optimization: { iters: steps, batch_size: 4, eval_steps: 200, save_steps: 500 } },
  });
  await trainRun(config, {
    isolate: false,
    onEvent: (event) => {
      if (event.type !== "step-reported" || event.step % 100 !== 0) return;
      const { activeMemoryBytes: active, step } = event;
      globalThis.gc?.();
      figures.set(step, { resident: process.memoryUsage.rss(), active, live: liveTensors() });
    },
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
for (const [step, { resident, active, live }] of figures) {
  console.log(
    `step ${step}: resident ${megabytes(resident)} MB, MLX ${megabytes(active)} MB, ${live} arrays`,
  );
}
const settled = figures.get(settledAfter)?.resident ?? Number.NaN;
const last = [...figures.values()].at(-1)?.resident ?? Number.NaN;
const change = last / settled - 1;
console.log(
  `memory: ${megabytes(settled)} MB after ${settledAfter} steps, ${megabytes(last)} MB after ${steps}: ` +
    `${(100 * change).toFixed(2)} % (at most ${100 * allowedChange} % either way)`,
);
process.exitCode = Math.abs(change) <= allowedChange ? 0 : 1;
