// The table of benchmarks: ft beside mlx-lm and PyTorch with PEFT over the same tokens, adapters and weights, one
// program after the other. Writes dev/bench/RESULTS.md; workloads that were not run keep what stands there.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/table/main.ts [--share 0.2] [--rounds 1] [A B …]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openblasPreload } from "../openblas-preload.ts";
import { median } from "../statistics.ts";
import { makeJob } from "./job.ts";
import {
  ftProgram,
  isProgram,
  type Measured,
  mlxProgram,
  peftProgram,
  productsProgram,
  type Program,
  run,
} from "./programs.ts";
import { type Result, writeResult } from "./results.ts";
import { type Workload, workloads } from "./workloads.ts";

const { values, positionals } = parseArgs({
  options: { share: { type: "string" }, rounds: { type: "string" }, threads: { type: "string" } },
  allowPositionals: true,
});
/** Of the rows of workloads with many; a whole epoch of those takes hours for the slowest peer. */
const share = Number(values.share ?? 0.1);
const rounds = Number(values.rounds ?? 1);
const threads = Number(values.threads ?? 2);
const python =
  process.env["FT_PEERS_PYTHON"] ??
  fileURLToPath(new URL("../../../.local/peers/bin/python", import.meta.url));

/** One after the other, round by round, so that what else the machine does meets all of them. */
function measure(programs: readonly Program[], jobFile: string): Map<string, Measured[]> {
  const found = new Map<string, Measured[]>(programs.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const program of programs) {
      const measured = run(program, jobFile);
      found.get(program.name)?.push(measured);
      const losses = `loss ${measured.losses[0]?.toFixed(4)} → ${measured.losses.at(-1)?.toFixed(4)}`;
      const peak = (measured.peakBytes / 1e9).toFixed(2);
      console.log(`  ${program.name}: ${measured.seconds.toFixed(1)} s, ${peak} GB, ${losses}`);
    }
  }
  return found;
}

async function compare(workload: Workload): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "ft-table-"));
  try {
    const job = await makeJob(folder, workload, "every" in workload.rows.length ? 1 : share);
    const jobFile = join(folder, "job.json");
    writeFileSync(jobFile, JSON.stringify(job));
    const peers = isProgram(python)
      ? [mlxProgram(python, openblasPreload(folder), threads), peftProgram(python)]
      : [];
    const products = workload.targets.products === undefined ? [] : [productsProgram()];
    const load = loadavg()[0] ?? 0;
    const found = measure([ftProgram(folder), ...peers, ...products], jobFile);
    const seconds = Object.fromEntries(
      [...found].map(([name, runs]) => [name, median(runs.map((one) => one.seconds))]),
    );
    const peaks = Object.fromEntries(
      [...found].map(([name, runs]) => [name, median(runs.map((one) => one.peakBytes))]),
    );
    return { workload, rows: job.rows.count, rounds, seconds, peaks, load };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

for (const workload of workloads) {
  if (positionals.length > 0 && !positionals.includes(workload.id)) continue;
  console.log(`${workload.id}. ${workload.about}`);
  console.log(writeResult(await compare(workload), python));
}
