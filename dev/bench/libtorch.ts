// The addon over libtorch beside MLX on the processor: a LoRA run and a greedy answer with each, in processes of their
// own that alternate; losses step by step, seconds, memory. Where FT_TORCH_WIDE=1 bash dev/setup/torch.sh has made the
// addon that computes in float64, each one's distance from that too. Linux; after ./setup.sh torch.
//   node --import tsx dev/bench/libtorch.ts [MODEL] [RATE] [STEPS] [ROWS] [ROUNDS]
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { trainRun } from "../../src/app/train/train-run.ts";
import { plainSampling } from "../../src/generate/index.ts";
import { loadModel } from "../../src/generate/load-model.ts";
import { memory, resetPeakMemory } from "../../src/mx/index.ts";
import { median } from "./statistics.ts";

interface Work {
  model: string;
  rate: number;
  steps: number;
  rows: string;
  folder: string;
}

interface Measured {
  losses: number[];
  secondsPerStep: number;
  /** Most that arrays took while training, and that the process had resident. */
  arrayBytes: number;
  residentBytes: number;
  tokensPerSecond: number;
  tokenIds: number[];
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const wide = file("../../build/Wide/ft_native_torch.node");
const rowsTaken = 44;

/** In this process, with the backend of its environment. */
async function measure({ model, rate, steps, rows, folder }: Work): Promise<Measured> {
  const config = RunConfigSchema.parse({
    model: { name: model, torch_dtype: "float32" },
    data: { train_file: rows },
    lora: { r: 8, dropout: 0, target_modules: ["all-linear"] },
    optimization: {
      iters: steps,
      batch_size: 4,
      learning_rate: rate,
      warmup_steps: 0,
      report_every: 1,
    },
    output_dir: join(folder, `run-${process.pid}`),
  });
  const losses: number[] = [];
  const times: number[] = [];
  resetPeakMemory();
  await trainRun(config, {
    isolate: false,
    onEvent: (event) => {
      if (event.type !== "step-reported") return;
      losses.push(event.trainLoss ?? Number.NaN);
      times.push(performance.now());
    },
  });
  const arrayBytes = memory().peakBytes;
  const between = times.slice(1).map((time, at) => (time - (times[at] ?? 0)) / 1000);
  const status = readFileSync("/proc/self/status", "utf8");
  return {
    losses,
    secondsPerStep: median(between),
    arrayBytes,
    residentBytes: 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0),
    ...(await answered(model)),
  };
}

/** 48 tokens to one prompt. */
async function answered(name: string): Promise<Pick<Measured, "tokenIds" | "tokensPerSecond">> {
  const model = await loadModel(name, { dtype: "float32" });
  const request = { maxTokens: 48, stopTokenIds: [], seed: 0, sampling: plainSampling };
  const prompt = model.tokenizer.encode("The three largest rivers of Europe are");
  await model.engine.submit({ ...request, prompt, maxTokens: 4 }).ended;
  const start = performance.now();
  const { tokenIds } = await model.engine.submit({ ...request, prompt }).ended;
  const tokensPerSecond = (1000 * tokenIds.length) / (performance.now() - start);
  model.dispose();
  return { tokenIds, tokensPerSecond };
}

function inProcess(work: Work, env: Record<string, string>): Measured {
  const output = join(work.folder, "measured.json");
  execFileSync(process.execPath, ["--import", "tsx", file("libtorch.ts"), "child"], {
    env: {
      ...process.env,
      ...env,
      FT_HOME: join(work.folder, "home"),
      FT_WORK: JSON.stringify({ ...work, output }),
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return JSON.parse(readFileSync(output, "utf8")) as Measured;
}

const gap = (one: Measured, other: Measured, step: number): number =>
  Math.abs((one.losses[step] ?? Number.NaN) - (other.losses[step] ?? Number.NaN));

function tellSteps(mlx: Measured, torch: Measured, exact: Measured | undefined): void {
  console.log(`step       MLX  libtorch      gap${exact ? "   from float64: MLX, libtorch" : ""}`);
  mlx.losses.forEach((loss, step) => {
    const losses = [loss, torch.losses[step] ?? Number.NaN].map((one) => one.toFixed(6));
    const gaps = [gap(mlx, torch, step)];
    if (exact) gaps.push(gap(mlx, exact, step), gap(torch, exact, step));
    const told = gaps.map((one) => one.toExponential(1).padStart(8)).join(" ");
    console.log(`${String(step + 1).padStart(4)}  ${losses.join("  ")}  ${told}`);
  });
}

function tellCosts(mlx: Measured[], torch: Measured[]): void {
  const row = (what: string, unit: string, digits: number, of: (one: Measured) => number): void => {
    const [ours, theirs] = [mlx, torch].map((all) => median(all.map(of))) as [number, number];
    const values = `${ours.toFixed(digits)} and ${theirs.toFixed(digits)} ${unit}`;
    console.log(`${what.padEnd(22)} ${values}: ${(theirs / ours).toFixed(2)} x`);
  };
  console.log(`MLX and libtorch, medians of ${mlx.length}, load ${loadavg()[0]?.toFixed(1)}`);
  row("a step", "s", 3, (one) => one.secondsPerStep);
  row("greedy tokens", "a second", 1, (one) => one.tokensPerSecond);
  row("arrays while training", "MB", 0, (one) => one.arrayBytes / 1e6);
  row("resident", "MB", 0, (one) => one.residentBytes / 1e6);
  const same = JSON.stringify(mlx[0]?.tokenIds) === JSON.stringify(torch[0]?.tokenIds);
  console.log(`tokens of the answer: ${same ? "the same" : "different"}`);
}

function compare(): void {
  const [model = "builtin/tiny", rate = "3e-4", steps = "12", rows, rounds = "3"] =
    process.argv.slice(2);
  const folder = mkdtempSync(join(tmpdir(), "ft-libtorch-"));
  const given = rows ?? file("../../data/datasets/training/wikisql/chat/train.jsonl");
  const taken = join(folder, "rows.jsonl");
  const lines = readFileSync(given, "utf8").split("\n").slice(0, rowsTaken);
  writeFileSync(taken, `${lines.join("\n")}\n`);
  const work = { model, rate: Number(rate), steps: Number(steps), rows: taken, folder };
  const sides = { mlx: [] as Measured[], torch: [] as Measured[] };
  for (let round = 0; round < Number(rounds); round++) {
    sides.mlx.push(inProcess(work, { FT_BACKEND: "cpu" }));
    sides.torch.push(inProcess(work, { FT_BACKEND: "cpu-torch" }));
  }
  const exact = existsSync(wide)
    ? inProcess(work, { FT_BACKEND: "cpu", FT_ADDON: wide })
    : undefined;
  tellSteps(sides.mlx[0] as Measured, sides.torch[0] as Measured, exact);
  tellCosts(sides.mlx, sides.torch);
  rmSync(folder, { recursive: true });
}

if (process.argv[2] === "child") {
  const { output, ...work } = JSON.parse(process.env["FT_WORK"] ?? "{}") as Work & {
    output: string;
  };
  writeFileSync(output, JSON.stringify(await measure(work)));
} else compare();
