// Tokens a second over HTTP of a real model: ft serve beside mlx_lm.server (float32, with the same BLAS), sixteen clients at
// once and one alone, in alternating rounds. Both count the tokens themselves. Processor time of each server's processes
// is told beside the clock's, for machines that are not quiet.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/serving.ts [rounds] [threads of mlx-lm's BLAS, 1,2 say]
// Where other work wants the processor, OpenBLAS with several threads waits for them by turning: give it one then.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { startMlxLmServer } from "../../tests/support/mlx-lm-server.ts";
import { denseModel } from "./dense-model.ts";
import { openblasPreload } from "./openblas-preload.ts";
import { processorSeconds } from "./processor-seconds.ts";
import { median } from "./statistics.ts";

const name = "builtin/smollm2";
const tokens = 64;
const atOnce = 16;
const rounds = Number(process.argv[2] ?? 3);
const blasThreads = (process.argv[3] ?? `1,${availableParallelism()}`).split(",").map(Number);
const python = process.env["FT_PEERS_PYTHON"];

interface Server {
  label: string;
  /** Of the API. */
  url: string;
  model: string;
  process: ChildProcess;
}

interface Speed {
  /** Tokens of all answers a second. */
  clock: number;
  /** Tokens for a second of one core. */
  processor: number;
}

async function ours(): Promise<Server> {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const args = ["--import", "tsx", main, "serve", name, "--port", "0", "--json"];
  const started = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface(started.stdout), "line")) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return { label: "ft serve", url: `${url}/v1`, model: name, process: started };
}

async function theirs(model: string, threads: number, preload: string): Promise<Server> {
  const started = await startMlxLmServer(python as string, model, {
    OPENBLAS_NUM_THREADS: String(threads),
    ...(preload !== "" && { LD_PRELOAD: preload }),
  });
  const label = `mlx_lm.server, ${threads} BLAS threads`;
  return { label, url: `${started.url}/v1`, model, process: started.process };
}

/** Tokens of one answer, as the server counts them. */
async function answered({ url, model }: Server, prompt: string): Promise<number> {
  const answer = await fetch(`${url}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model, prompt, max_tokens: tokens, temperature: 0 }),
  });
  const { usage } = (await answer.json()) as { usage: { completion_tokens: number } };
  return usage.completion_tokens;
}

/** Prompts of every round differ, so that neither finds one that it has read. */
async function speedOf(server: Server, clients: number, round: number): Promise<Speed> {
  const prompts = Array.from(
    { length: clients },
    (_, at) => `${round}, ${clients}, ${at}: Once upon a time, there was a little`,
  );
  const [started, before] = [performance.now(), processorSeconds(server.process.pid ?? 0)];
  const counts = await Promise.all(prompts.map((prompt) => answered(server, prompt)));
  const count = counts.reduce((sum, one) => sum + one, 0);
  return {
    clock: (count / (performance.now() - started)) * 1000,
    processor: count / (processorSeconds(server.process.pid ?? 0) - before),
  };
}

const of = (speeds: readonly Speed[], key: keyof Speed): number =>
  median(speeds.map((one) => one[key]));

function tell(clients: number, all: readonly { server: Server; speeds: Speed[] }[]): void {
  const [mine, ...others] = all;
  for (const { server, speeds } of all)
    console.log(
      `${clients} at once, ${server.label.padEnd(30)}${of(speeds, "clock").toFixed(1)} tokens/s, ` +
        `${of(speeds, "processor").toFixed(1)} a second of one core`,
    );
  const best = (key: keyof Speed): number =>
    of(mine?.speeds ?? [], key) / Math.max(...others.map(({ speeds }) => of(speeds, key)));
  if (others.length > 0)
    console.log(
      `${clients} at once: ${best("clock").toFixed(2)} × the better by the clock, ` +
        `${best("processor").toFixed(2)} × by processor time`,
    );
}

async function compare(servers: readonly Server[]): Promise<void> {
  for (const server of servers) await speedOf(server, 2, -1);
  for (const clients of [atOnce, 1]) {
    const all = servers.map((server) => ({ server, speeds: [] as Speed[] }));
    for (let round = 0; round < rounds; round++)
      for (const { server, speeds } of all) speeds.push(await speedOf(server, clients, round));
    tell(clients, all);
  }
}

const folder = mkdtempSync(join(tmpdir(), "ft-serving-"));
const servers: Server[] = [];
try {
  console.log(`${availableParallelism()} threads, load average ${loadavg()[0]?.toFixed(1)}`);
  servers.push(await ours());
  if (python !== undefined) {
    const [dense, preload] = [await denseModel(name), openblasPreload(folder) ?? ""];
    for (const threads of new Set(blasThreads)) servers.push(await theirs(dense, threads, preload));
  }
  await compare(servers);
  console.log(`load average at the end ${loadavg()[0]?.toFixed(1)}`);
} finally {
  for (const { process: started } of servers) started.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}
