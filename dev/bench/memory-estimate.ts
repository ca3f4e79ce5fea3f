// What ft train validate says a run will need, beside what runs took: MLX's peak, and the peak of the resident process.
// A table in Markdown; fails where the resident peak is not within 0.8 to 1.25 of the estimate. Linux; after make build.
//   node --import tsx dev/bench/memory-estimate.ts [WORD…]   only configurations whose name holds one of the words
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ValidationReport } from "../../src/app/train/validate-run.ts";
import type { RunEvent } from "../../src/runs/index.ts";
import { chatRow } from "../../tests/support/rows.ts";
import { makeToyModel, writeRows } from "../../tests/support/toy-model.ts";

const program = "dist/cli/main.js";
const [least, most] = [0.8, 1.25];
const realModel = ".local/real";
const folder = mkdtempSync(join(tmpdir(), "ft-memory-"));
const env = { ...process.env, FT_HOME: join(folder, "home") };

/** Rows of up to `words` words; of all lengths from a fifth of that on, or all of one length. */
function rowsOf(words: number, areEqual: boolean): string {
  const share = (at: number): number => (areEqual ? 1 : 0.2 + (0.8 * at) / 63);
  const rows = Array.from({ length: 64 }, (_, at) =>
    chatRow("go on", "name table ".repeat(Math.round((words * share(at)) / 2))),
  );
  return writeRows(join(folder, `rows-${words}-${areEqual}.jsonl`), rows);
}

interface Trial {
  name: string;
  model: string;
  data: string;
  options: string;
}

async function trials(): Promise<Trial[]> {
  const sized = { n_embd: 256, n_layer: 6, n_head: 8, n_positions: 1024 };
  const gpt2 = await makeToyModel(join(folder, "gpt2"), {
    config: { model_type: "gpt2", ...sized },
  });
  const [short, long, equal] = [rowsOf(40, false), rowsOf(190, false), rowsOf(190, true)];
  const [tiny, real] = ["builtin/tiny", "builtin/smollm2"];
  const all = "--target-modules all-linear";
  const made = [
    { name: "tiny lora", model: tiny, data: long, options: `${all} -b 4` },
    { name: "tiny lora, equal rows", model: tiny, data: equal, options: `${all} -b 4` },
    { name: "tiny lora, short rows", model: tiny, data: short, options: `${all} -b 2` },
    { name: "tiny lora, 1 block", model: tiny, data: long, options: `${all} -b 4 --num-layers 1` },
    { name: "tiny lora, 16 rows", model: tiny, data: long, options: `${all} -b 16` },
    { name: "tiny full adamw", model: tiny, data: long, options: "--method full -b 4" },
    {
      name: "tiny full muon",
      model: tiny,
      data: long,
      options: "--method full -b 4 --optimizer muon",
    },
    { name: "gpt2 lora", model: gpt2, data: short, options: `${all} -b 4` },
    { name: "gpt2 full adamw", model: gpt2, data: short, options: "--method full -b 4" },
  ];
  const ofReal = [
    { name: "smollm2 lora", model: real, data: short, options: `${all} -b 1` },
    {
      name: "smollm2 lora, 4 blocks",
      model: real,
      data: short,
      options: `${all} -b 1 --num-layers 4`,
    },
    {
      name: "smollm2 full adamw",
      model: real,
      data: short,
      options: "--method full -b 1 --iters 3",
    },
  ];
  return existsSync(realModel) ? [...made, ...ofReal] : made;
}

function settings({ model, data, options }: Trial): string[] {
  const fixed = ["--template", "chatml", "--val-split", "0", "--warmup-steps", "0", "--json"];
  const iters = options.includes("--iters")
    ? []
    : ["--iters", model === "builtin/smollm2" ? "5" : "16"];
  return [model, data, ...options.split(" "), ...iters, ...fixed, "--report-every", "1"];
}

function estimated(trial: Trial): number {
  const args = [program, "train", "validate", ...settings(trial)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as ValidationReport).memoryEstimateBytes ?? Number.NaN;
}

/** Highest resident bytes of a process so far; undefined once it is gone. */
function residentPeak(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/status`;
  const line = existsSync(file) ? /VmHWM:\s+(\d+)/.exec(readFileSync(file, "utf8")) : null;
  return line === null ? undefined : Number(line[1]) * 1024;
}

async function measured(trial: Trial): Promise<{ arrays: number; resident: number }> {
  const output = mkdtempSync(join(folder, "run-"));
  const args = [program, "train", "start", ...settings(trial), "--no-isolate", "-o", output];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let resident = 0;
  child.stdout.on("data", (chunk: Buffer) => void (text += chunk.toString("utf8")));
  const look = setInterval(() => (resident = residentPeak(child.pid) ?? resident), 20);
  await new Promise((resolve) => child.on("close", resolve));
  clearInterval(look);
  rmSync(output, { recursive: true });
  const events = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  const peaks = events.flatMap((event) =>
    event.type === "step-reported" ? [event.peakMemoryBytes] : [],
  );
  return { arrays: Math.max(...peaks), resident };
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
try {
  const words = process.argv.slice(2);
  console.log(
    "| run | estimate, MB | MLX's peak | resident peak | resident / estimate |\n|---|---|---|---|---|",
  );
  for (const trial of await trials()) {
    if (words.length > 0 && !words.some((word) => trial.name.includes(word))) continue;
    const estimate = estimated(trial);
    const { arrays, resident } = await measured(trial);
    const ratio = resident / estimate;
    if (!(ratio >= least && ratio <= most)) process.exitCode = 1;
    const figures = [estimate, arrays, resident].map(megabytes).join(" | ");
    console.log(`| ${trial.name} | ${figures} | ${ratio.toFixed(2)} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
