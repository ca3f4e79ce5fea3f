// The same LoRA training in ft and in mlx-lm, one process after the other (ABAB…): how long is a step, is the loss the
// same? One thread each, the same OpenBLAS, mlx-lm's own loop with its compiled step. Tiny models made on the spot.
//   FT_PEERS_PYTHON=python [FT_BENCH_SIZES=tiny,10m] node --import tsx dev/bench/against-mlx-lm.ts
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { attachLora, saveAdapter } from "../../src/adapters/index.ts";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { trainRun } from "../../src/app/train/train-run.ts";
import { loadStoredModel } from "../../src/models/index.ts";
import { describeBackend } from "../../src/mx/index.ts";
import { openModelFolder } from "../../src/weights/index.ts";
import { makeToyModel } from "../../tests/support/toy-model.ts";
import { openblasPreload } from "./openblas-preload.ts";
import { writeRandomText } from "./random-text.ts";
import { median } from "./statistics.ts";

const file = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

interface Size {
  config: Record<string, number>;
  steps: number;
}

const sizes: Record<string, Size> = {
  tiny: {
    config: {
      ...{ hidden_size: 64, intermediate_size: 176, num_hidden_layers: 2 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4, vocab_size: 2048 },
    },
    steps: 60,
  },
  "10m": {
    config: {
      ...{ hidden_size: 384, intermediate_size: 1024, num_hidden_layers: 5 },
      ...{ num_attention_heads: 6, num_key_value_heads: 6, vocab_size: 4096 },
    },
    steps: 14,
  },
};

const rounds = 3;
/** Steps of each process that are not counted: caches fill, and mlx-lm compiles. */
const unmeasured = 4;

/** What both programs are told. */
interface Job {
  model: string;
  adapter: string;
  rows: string;
  lr: number;
  steps: number;
  batch: number;
  /** Tokens of a row; one less is fed. */
  length: number;
  rank: number;
  scale: number;
}

interface Measured {
  seconds: number[];
  /** Processor time of the whole process; waiting for a busy machine is not in it. */
  processorSeconds: number[];
  losses: number[];
  graphMilliseconds?: number[];
}

/** Trains in this process and prints one JSON line. */
async function trainWithFt(job: Job): Promise<void> {
  const measured: Measured = { seconds: [], processorSeconds: [], losses: [] };
  const graph: number[] = [];
  let before = process.cpuUsage();
  const config = RunConfigSchema.parse({
    model: { name: job.model },
    data: {
      ...{ train_file: job.rows, max_length: job.length, mask: "all" },
      ...{ order: "sequential", validation_split: 0 },
    },
    lora: {
      ...{ r: job.rank, scale: job.scale, dropout: 0 },
      ...{ target_modules: ["all-linear"], init_adapter: job.adapter },
    },
    optimization: {
      ...{ iters: job.steps, batch_size: job.batch, learning_rate: job.lr, warmup_steps: 0 },
      ...{ lr_scheduler: "constant", max_grad_norm: null, bias_correction: false, report_every: 1 },
    },
    output_dir: mkdtempSync(join(tmpdir(), "ft-bench-run-")),
  });
  await trainRun(config, {
    isolate: false,
    onEvent: (event) => {
      if (event.type !== "step-reported") return;
      measured.seconds.push(event.stepSeconds);
      measured.losses.push(event.trainLoss ?? Number.NaN);
      graph.push(event.graphMilliseconds ?? Number.NaN);
      const { user, system } = process.cpuUsage(before);
      measured.processorSeconds.push((user + system) / 1e6);
      before = process.cpuUsage();
    },
  });
  rmSync(config.output_dir, { recursive: true });
  console.log(JSON.stringify({ ...measured, graphMilliseconds: graph }));
}

function run(command: string, args: readonly string[], env: Record<string, string>): Measured {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stderr.slice(-2000)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Measured;
}

/** A model folder, an adapter to start from and rows. */
async function makeJob(folder: string, { config, steps }: Size): Promise<Job> {
  const model = await makeToyModel(join(folder, "model"), {
    config: { ...config, max_position_embeddings: 512, rms_norm_eps: 1e-5, rope_theta: 10000 },
  });
  const [rank, scale] = [8, 2];
  const loaded = await loadStoredModel(await openModelFolder(model));
  const shape = { rank, scale, dropout: 0 };
  const placement = { ...shape, targets: ["all-linear"], blockCount: -1 };
  const adapter = join(folder, "adapter");
  const attached = attachLora(loaded.model, placement, 5);
  await saveAdapter(adapter, loaded.model, attached, shape, { base: model, template: "auto" });
  const rows = join(folder, "rows.jsonl");
  const batch = 4;
  writeRandomText(rows, batch * 10);
  return { model, adapter, rows, lr: 1e-3, steps, batch, length: 257, rank, scale };
}

const counted = (values: readonly number[] = []): readonly number[] => values.slice(unmeasured);
const milliseconds = (seconds: number): string => (seconds * 1000).toFixed(1);

function report(name: string, ft: readonly Measured[], peer: readonly Measured[]): void {
  const step = (runs: readonly Measured[], of: "seconds" | "processorSeconds"): number =>
    median(runs.flatMap((one) => counted(one[of])));
  for (const of of ["seconds", "processorSeconds"] as const) {
    const [mine, theirs] = [step(ft, of), step(peer, of)];
    const pairs = ft.map((one, at) => step([one], of) / step(peer.slice(at, at + 1), of));
    console.log(
      `${name}, ${of === "seconds" ? "time" : "processor time"} a step: ft ${milliseconds(mine)} ms, ` +
        `mlx-lm ${milliseconds(theirs)} ms, ratio ${(mine / theirs).toFixed(3)} ` +
        `(pairs ${pairs.map((pair) => pair.toFixed(3)).join(", ")})`,
    );
  }
  const graph = median(ft.flatMap((one) => counted(one.graphMilliseconds)));
  const [mine, theirs] = [ft[0]?.losses ?? [], peer[0]?.losses ?? []];
  const apart = Math.max(...mine.map((loss, at) => Math.abs(loss - (theirs[at] ?? Number.NaN))));
  console.log(
    `${name}: graph in TypeScript ${graph.toFixed(2)} ms a step; losses ${mine[0]?.toFixed(4)} → ` +
      `${mine.at(-1)?.toFixed(4)}, apart at most ${apart.toExponential(1)} over ${mine.length} steps`,
  );
}

async function compare(name: string, size: Size, python: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ft-bench-"));
  try {
    const job = await makeJob(folder, size);
    const jobFile = join(folder, "job.json");
    writeFileSync(jobFile, JSON.stringify(job));
    const preload = openblasPreload(folder);
    if (preload === undefined) console.log("mlx-lm keeps the BLAS of its wheel");
    const peerEnv = {
      OPENBLAS_NUM_THREADS: "1",
      TMPDIR: folder,
      ...(preload && { LD_PRELOAD: preload }),
    };
    const ftEnv = { FT_THREADS: "1", FT_HOME: join(folder, "home"), TMPDIR: folder };
    const ft: Measured[] = [];
    const peer: Measured[] = [];
    for (let round = 0; round < rounds; round++) {
      const own = ["--import", "tsx", ...profiling(), file("against-mlx-lm.ts"), "ft", jobFile];
      ft.push(run(process.execPath, own, ftEnv));
      peer.push(run(python, [file("mlx_lm_train.py"), jobFile], peerEnv));
    }
    report(name, ft, peer);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** FT_BENCH_PROFILE=FOLDER leaves a processor profile of each run of ft there. */
function profiling(): string[] {
  const folder = process.env["FT_BENCH_PROFILE"];
  return folder === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`];
}

async function main(): Promise<void> {
  const python = process.env["FT_PEERS_PYTHON"] ?? file("../../.local/peers/bin/python");
  if (!existsSync(python)) {
    console.log("no mlx-lm to compare with: make interop installs it, or set FT_PEERS_PYTHON");
    return;
  }
  const { mlxVersion, blas } = describeBackend();
  console.log(
    `${cpus()[0]?.model} × ${cpus().length}, ${(totalmem() / 1e9).toFixed(0)} GB, Node ${process.versions.node}, ` +
      `MLX ${mlxVersion}, ${blas}; load average ${loadavg()[0]?.toFixed(1)}`,
  );
  const wanted = (process.env["FT_BENCH_SIZES"] ?? Object.keys(sizes).join(",")).split(",");
  for (const [name, size] of Object.entries(sizes)) {
    if (wanted.includes(name)) await compare(name, size, python);
  }
  console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
}

const [mode, jobFile = ""] = process.argv.slice(2);
if (mode === "ft") await trainWithFt(JSON.parse(readFileSync(jobFile, "utf8")) as Job);
else await main();
