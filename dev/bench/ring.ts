// What several workers on one machine gain and cost over MLX's ring: how long a sum takes by its size, and a step of one
// worker beside one of two on the same rows a worker and on the same rows in all, with one thread each, so that what is
// lost is the exchange's and the memory's and not that of cores which are shared. Arms take a step each in turn: what the
// machine does meanwhile hits all alike. What an exchange takes is counted from when the last worker came to it.
//   node --import tsx dev/bench/ring.ts [SHAPE…] [--rounds N] [--sums]
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { RingAnswer, RingJob } from "./ring-worker.ts";
import { median } from "./statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "20" }, sums: { type: "boolean", default: false } },
});
const rounds = Number(values.rounds);
const unmeasured = 2;
const folder = mkdtempSync(join(tmpdir(), "ft-bench-ring-"));

/** Rows of one worker, and tokens of a row. */
const sizes: Record<string, { rows: number; length: number }> = {
  small: { rows: 4, length: 128 },
  "smollm-135m": { rows: 2, length: 128 },
};

interface Found {
  seconds: number;
  /** Seconds of exchanges once all had come to them, and before that. */
  exchange: number;
  waiting: number;
  bytes: number;
  /** Seconds of the processor of a worker on average: its own work, and what it spends in exchanges. */
  own: number;
  exchanging: number;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function hostsFile(workers: number): Promise<string> {
  const file = join(folder, `hosts-${Math.random()}.json`);
  const ports = await Promise.all(Array.from({ length: workers }, freePort));
  writeFileSync(file, JSON.stringify(ports.map((port) => [`127.0.0.1:${port}`])));
  return file;
}

class Arm {
  readonly name: string;
  readonly found: Found[] = [];
  readonly #processes: readonly ChildProcess[];
  readonly #lines: readonly AsyncIterator<string>[];

  private constructor(name: string, processes: readonly ChildProcess[]) {
    this.name = name;
    this.#processes = processes;
    this.#lines = processes.map(({ stdout }) => {
      if (stdout === null) throw new Error("a process without output");
      return createInterface({ input: stdout })[Symbol.asyncIterator]();
    });
  }

  static async start(
    name: string,
    { workers, threads, train }: Pick<RingJob, "workers" | "train"> & { threads: number },
  ): Promise<Arm> {
    const hosts = workers > 1 ? await hostsFile(workers) : "";
    const entry = fileURLToPath(new URL("./ring-worker.ts", import.meta.url));
    const start = (rank: number): ChildProcess => {
      const job = JSON.stringify({ rank, workers, hosts, ...(train && { train }) });
      return spawn(process.execPath, ["--import", "tsx", entry, job], {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...process.env, FT_THREADS: String(threads) },
      });
    };
    const arm = new Arm(
      name,
      Array.from({ length: workers }, (_, rank) => start(rank)),
    );
    await arm.#hear();
    return arm;
  }

  async #hear(): Promise<string[]> {
    return await Promise.all(
      this.#lines.map(async (lines) => {
        const line = await lines.next();
        if (line.done === true) throw new Error(`a worker of ${this.name} ended early`);
        return line.value;
      }),
    );
  }

  async ask(what: string): Promise<Found> {
    for (const { stdin } of this.#processes) stdin?.write(`${what}\n`);
    const answers = (await this.#hear()).map((line) => JSON.parse(line) as RingAnswer);
    const found = { seconds: 0, exchange: 0, waiting: 0, bytes: 0, own: 0, exchanging: 0 };
    for (const { seconds, processor, exchanging } of answers) {
      found.seconds = Math.max(found.seconds, seconds);
      found.own += (processor - exchanging) / answers.length;
      found.exchanging += exchanging / answers.length;
    }
    for (const at of (answers[0]?.exchanges ?? []).keys()) {
      const all = answers.flatMap(({ exchanges }) => exchanges[at] ?? []);
      const first = Math.min(...all.map(({ from }) => from));
      const last = Math.max(...all.map(({ from }) => from));
      const end = Math.max(...all.map(({ to }) => to));
      found.exchange += (end - last) / 1000;
      found.waiting += (last - first) / 1000;
      found.bytes += all[0]?.bytes ?? 0;
    }
    return found;
  }

  async measure(what: string): Promise<void> {
    this.found.push(await this.ask(what));
  }

  /** The least, and what lies in the middle. */
  of(what: keyof Found): { least: number; middle: number } {
    const all = this.found.map((one) => one[what]);
    return { least: Math.min(...all), middle: median(all) };
  }

  end(): void {
    for (const process of this.#processes) process.kill("SIGKILL");
  }
}

const ms = (seconds: number): string => `${(1000 * seconds).toFixed(seconds < 0.01 ? 2 : 0)} ms`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const mib = (bytes: number): string =>
  bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

async function sums(): Promise<void> {
  console.log(
    "\n| bytes of a sum | 2 workers, least | middle | a worker sends |\n|---|---|---|---|",
  );
  const arm = await Arm.start("sums", { workers: 2, threads: 1 });
  for (const bytes of [4, 16, 64, 256, 1024, 4096, 16_384, 65_536].map((kib) => 1024 * kib)) {
    arm.found.length = 0;
    for (let round = 0; round < unmeasured; round++) await arm.ask(String(bytes));
    for (let round = 0; round < rounds; round++) await arm.measure(String(bytes));
    const { least, middle } = arm.of("exchange");
    const speed = `${(bytes / least / 1e9).toFixed(2)} GB/s`;
    console.log(`| ${mib(bytes)} | ${ms(least)} | ${ms(middle)} | ${speed} |`);
  }
  await inPieces(arm, 2 ** 26);
  arm.end();
}

/** As many bytes in one sum and in several, in turn. */
async function inPieces(arm: Arm, bytes: number): Promise<void> {
  console.log(`\n| ${mib(bytes)} in sums of | least | middle |\n|---|---|---|`);
  const counts = [1, 2, 4, 8, 16, 64];
  const found = counts.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, count] of counts.entries())
      found[at]?.push((await arm.ask(`${bytes}/${count}`)).exchange);
  }
  for (const [at, count] of counts.entries()) {
    const times = found[at] ?? [];
    console.log(`| ${mib(bytes / count)} | ${ms(Math.min(...times))} | ${ms(median(times))} |`);
  }
}

async function steps(shape: string, method: string): Promise<void> {
  const { rows, length } = sizes[shape] ?? { rows: 4, length: 128 };
  const train = (all: number) => ({ shape, method, rows: all, length });
  const arms = [
    await Arm.start("half", { workers: 1, threads: 1, train: train(rows) }),
    await Arm.start("whole", { workers: 1, threads: 1, train: train(2 * rows) }),
    await Arm.start("whole, 2 threads", { workers: 1, threads: 2, train: train(2 * rows) }),
    await Arm.start("two", { workers: 2, threads: 1, train: train(2 * rows) }),
  ] as const;
  for (let round = 0; round < unmeasured; round++) for (const arm of arms) await arm.ask("step");
  for (let round = 0; round < rounds; round++) {
    for (const arm of arms) {
      await pause(30);
      await arm.measure("step");
    }
  }
  const [half, whole, threads, two] = arms;
  const least = (arm: Arm, what: keyof Found): number => arm.of(what).least;
  const middle = (what: keyof Found): number => two.of(what).middle;
  const seconds = least(two, "seconds");
  const cells = [
    `${shape}, ${method}, ${rows} × ${length} a worker`,
    ...[half, whole, threads].map((arm) => ms(least(arm, "seconds"))),
    `${ms(seconds)} (${ms(middle("seconds"))})`,
    percent(least(half, "seconds") / seconds),
    percent(least(whole, "seconds") / 2 / seconds),
    percent(least(half, "own") / (least(two, "own") + least(two, "exchanging"))),
    mib(middle("bytes")),
    `${ms(least(two, "exchange"))}, ${percent(least(two, "exchange") / seconds)}`,
    percent(middle("waiting") / middle("seconds")),
  ];
  console.log(`| ${cells.join(" | ")} |`);
  for (const arm of arms) arm.end();
}

try {
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${availableParallelism()} cores, load ${load}, least of ${rounds} rounds`);
  await sums();
  if (!values.sums) {
    const titles = [
      ...["model", "1 worker, its rows", "1 worker, all rows", "the same, 2 threads"],
      ...["2 workers, all rows (middle)", "efficiency at the same rows a worker"],
      ...["at the same rows in all", "by processor time, same rows a worker", "bytes of a step"],
      ...["exchange, and its share", "waiting for the other"],
    ];
    console.log(`\n| ${titles.join(" | ")} |\n|${"---|".repeat(titles.length)}`);
    for (const shape of positionals.length > 0 ? positionals : ["small", "smollm-135m"])
      for (const method of ["lora", "full"]) await steps(shape, method);
  }
  console.log(`\nload ${loadavg()[0]?.toFixed(1)}`);
} finally {
  rmSync(folder, { recursive: true });
}
