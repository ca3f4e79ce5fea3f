// How long is a training step with one thread, with OpenBLAS's own two, and with the pool of two: when nothing else
// runs, and beside one busy process? Prints a table. The arms are processes that take one step each in turn, so what
// the machine does meanwhile hits all alike. OpenBLAS's own threads are the benchmark's alone: a preloaded library
// leads products past the pool. Needs 8 GB for the large shape.
//   node --import tsx dev/bench/threads.ts [small|large] [quiet|busy]     (all four without)
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RunConfigSchema } from "../../src/app/config/schema.ts";
import { trainRun } from "../../src/app/train/train-run.ts";
import { makeToyModel } from "../../tests/support/toy-model.ts";
import { openblasPreload } from "./openblas-preload.ts";
import { writeRandomText } from "./random-text.ts";
import { median } from "./statistics.ts";

interface Shape {
  model: Record<string, number>;
  /** Tokens of a row that are fed. */
  length: number;
  /** The last ones carry adapters; -1: all. */
  blocks: number;
  /** Steps of each arm that count. */
  rounds: number;
}

const batch = 4;
/** Steps of each arm that do not count. */
const unmeasured = 2;
/** Milliseconds between two turns: OpenBLAS's threads look for work for about 26 ms after the last product. */
const pause = 60;

const shapes: Record<string, Shape> = {
  small: {
    model: {
      ...{ hidden_size: 256, intermediate_size: 768, num_hidden_layers: 4, vocab_size: 8192 },
      ...{ num_attention_heads: 4, num_key_value_heads: 4 },
    },
    length: 128,
    blocks: -1,
    rounds: 40,
  },
  // Of SmolLM-135M.
  large: {
    model: {
      ...{ hidden_size: 576, intermediate_size: 1536, num_hidden_layers: 30, vocab_size: 49_152 },
      ...{ num_attention_heads: 9, num_key_value_heads: 3 },
    },
    length: 256,
    blocks: 16,
    rounds: 6,
  },
};

interface Job extends Shape {
  folder: string;
  rows: string;
}

/** One process that trains, a step whenever it is told to. */
class Arm {
  readonly name: string;
  readonly seconds: number[] = [];
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, jobFile: string, env: Record<string, string>) {
    this.name = name;
    const args = ["--import", "tsx", fileURLToPath(import.meta.url), "arm", jobFile];
    const stdio = ["pipe", "pipe", "inherit"] as const;
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...env },
      stdio: [...stdio],
    });
    if (child.stdout === null) throw new Error("a process without output");
    this.#process = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Seconds of the step. */
  async step(): Promise<number> {
    this.#process.stdin?.write("\n");
    const line = await this.#lines.next();
    if (line.done === true) {
      const { exitCode, signalCode } = this.#process;
      throw new Error(`the arm with ${this.name} ended early: ${exitCode ?? signalCode}`);
    }
    return Number(line.value);
  }

  end(): void {
    this.#process.kill("SIGKILL");
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Holds this process until a byte comes; standard input may be set to answer at once that there is none. */
function awaitTurn(): void {
  for (;;) {
    try {
      if (readSync(0, Buffer.alloc(1)) === 0) process.exit();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(never, 0, 0, 1);
    }
  }
}

/** Trains in this process and prints the seconds of each step; before each it waits for its turn. */
async function trainInTurns({ folder, rows, length, blocks, rounds }: Job): Promise<void> {
  const steps = unmeasured + rounds;
  const config = RunConfigSchema.parse({
    model: { name: join(folder, "model") },
    data: {
      ...{ train_file: rows, max_length: length + 1, mask: "all" },
      ...{ order: "sequential", validation_split: 0 },
    },
    lora: { r: 8, dropout: 0, target_modules: ["all-linear"], num_layers: blocks },
    optimization: {
      ...{ iters: steps, batch_size: batch, learning_rate: 1e-4, warmup_steps: 0, report_every: 1 },
    },
    output_dir: mkdtempSync(join(folder, "run-")),
  });
  awaitTurn();
  await trainRun(config, {
    isolate: false,
    onEvent: (event) => {
      if (event.type !== "step-reported") return;
      process.stdout.write(`${event.stepSeconds}\n`);
      if (event.step < steps) awaitTurn();
    },
  });
}

/** One thread first, then OpenBLAS's own where it can be had, then the pool. */
function startArms(job: Job): Arm[] {
  const jobFile = join(job.folder, "job.json");
  writeFileSync(jobFile, JSON.stringify(job));
  const base = { FT_HOME: join(job.folder, "home"), TMPDIR: job.folder };
  const arm = (name: string, env: Record<string, string>): Arm =>
    new Arm(name, jobFile, { ...base, ...env });
  const preload = openblasPreload(job.folder);
  const own = { FT_THREADS: "2", OPENBLAS_NUM_THREADS: "2", LD_PRELOAD: preload ?? "" };
  return [
    arm("one thread", { FT_THREADS: "1" }),
    ...(preload === undefined ? [] : [arm("OpenBLAS's own two", own)]),
    arm("the pool of two", { FT_THREADS: "2" }),
  ];
}

/** Seconds of each arm, and how many times those of the first. */
function report(what: string, arms: readonly Arm[]): void {
  const one = median(arms[0]?.seconds ?? []);
  const cells = arms.map(({ name, seconds }) => {
    const time = median(seconds);
    return `${name} ${time.toFixed(3)} s (${(time / one).toFixed(2)})`;
  });
  console.log(`| ${what} | ${cells.join(" | ")} |`);
}

async function measure(name: string, isBusy: boolean, job: Job): Promise<void> {
  const arms = startArms(job);
  let noise: ChildProcess | undefined;
  try {
    for (const arm of arms) for (let i = 0; i < unmeasured; i++) await arm.step();
    if (isBusy) noise = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
    for (let round = 0; round < job.rounds; round++) {
      for (const arm of arms) {
        await setTimeout(pause);
        arm.seconds.push(await arm.step());
      }
    }
  } finally {
    noise?.kill("SIGKILL");
    for (const arm of arms) arm.end();
  }
  report(`${name}, ${isBusy ? "beside a busy process" : "quiet"}`, arms);
}

async function main(wanted: readonly string[]): Promise<void> {
  const chosen = (all: readonly string[]): readonly string[] => {
    const named = all.filter((name) => wanted.includes(name));
    return named.length === 0 ? all : named;
  };
  console.log(`load average ${loadavg()[0]?.toFixed(1)}; median seconds a step, × one thread`);
  for (const name of chosen(Object.keys(shapes))) {
    const shape = shapes[name] as Shape;
    const folder = mkdtempSync(join(tmpdir(), "ft-threads-"));
    try {
      const config = { ...shape.model, max_position_embeddings: 512 };
      await makeToyModel(join(folder, "model"), { config });
      const rows = join(folder, "rows.jsonl");
      writeRandomText(rows, batch * 10);
      for (const way of chosen(["quiet", "busy"])) {
        await measure(name, way === "busy", { ...shape, folder, rows });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

const [mode, jobFile = ""] = process.argv.slice(2);
if (mode === "arm") await trainInTurns(JSON.parse(readFileSync(jobFile, "utf8")) as Job);
else await main(process.argv.slice(2));
