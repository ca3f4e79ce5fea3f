// The studio over HTTP, as a program: how soon a job is started, first of all and then; and a million rows in one
// dataset: pages, the export as JSON lines and as CSV, and the server's memory beside them. Needs `make build`.
// `node --import tsx dev/bench/studio-data.ts [ROWS]`; exit 1 where a goal is missed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../../src/core/random.ts";
import { openStore, storePath } from "../../src/store/index.ts";
import { createFilledDataset, datasetsFolder, fileInStep } from "../../src/store/platform/index.ts";
import { platformRows } from "./platform-rows.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const mostStart = 200;
const mostPage = 50;
const leastRowsPerSecond = 30_000;
/** Of the most that the server may hold more while it gives out all rows. */
const mostGrowth = 100e6;
const program = join(import.meta.dirname, "../../dist/cli/main.js");
const random = Random.fromSeed(1);
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const missed: string[] = [];

function hold(isGood: boolean, what: string): void {
  if (!isGood) missed.push(what);
}

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? Number.NaN;

const shown = (times: readonly number[]): string =>
  [0.5, 0.95, 1].map((share) => percentile(times, share).toFixed(1)).join(" / ");

/** Answers every request of a model with a text that is no row: what is timed is the start alone. */
async function provider(): Promise<{ origin: string; close(): void }> {
  const choice = { index: 0, finish_reason: "stop", message: { role: "assistant", content: "no" } };
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const body = JSON.stringify({ object: "chat.completion", choices: [choice], usage });
  const server = createServer((request, answer) => {
    request.resume();
    answer.setHeader("content-type", "application/json");
    answer.end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

interface Program {
  pid: number;
  ask(path: string, init?: RequestInit): Promise<Response>;
  end(): Promise<void>;
}

async function studioIn(home: string, more: Record<string, string> = {}): Promise<Program> {
  const args = ["studio", "--port", "0", "--api-port", "0", "--no-open", "--json"];
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, FT_HOME: home, FT_KEYCHAIN: "off", FT_LOG: "error", ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { apiUrl, token } = JSON.parse(line) as { apiUrl: string; token: string };
  const authorization = `Bearer ${token}`;
  return {
    pid: child.pid ?? 0,
    ask: async (path, init = {}) => {
      const headers = { authorization, "content-type": "application/json" };
      const answer = await fetch(`${apiUrl}${path}`, { ...init, headers });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    },
    end: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const start = {
  ...{ domain: "support", subdomain: "billing", num_examples: 1 },
  ...{ format_type: "chat", language: "en" },
};

async function startingJobs(home: string, wait: number): Promise<void> {
  const model = await provider();
  const studio = await studioIn(home, {
    ...{ LLM_PROVIDER: "openai", OPENAI_MODEL: "m", OPENAI_API_KEY: "sk-bench-0123456789" },
    OPENAI_BASE_URL: `${model.origin}/v1`,
  });
  await pause(wait);
  const post = async (): Promise<string> => {
    const init = { method: "POST", body: JSON.stringify(start) };
    return await (await studio.ask("/api/generator/start", init)).text();
  };
  const first = await timed(post);
  const times: number[] = [];
  for (let turn = 0; turn < 50; turn++) times.push(await timed(post));
  say(
    `POST /api/generator/start: first, ${wait} ms after listening, ${first.toFixed(0)} ms; ` +
      `then p50 / p95 / most of 50 ${shown(times)} ms`,
  );
  hold(percentile(times, 0.95) < mostStart, "start of a job");
  hold(first < mostStart, "first start of a job");
  await studio.end();
  model.close();
}

async function filled(home: string): Promise<number> {
  const environment = { FT_HOME: home };
  const store = await openStore(storePath(environment));
  const folder = datasetsFolder(environment);
  const wanted = { format: "instruction", folder, domain: "bench" } as const;
  const { id } = await createFilledDataset(store, { wanted, examples: platformRows(rows, random) });
  await fileInStep(store, id);
  await store.close();
  return id;
}

const residentOf = (pid: number): number =>
  Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) * 1024;

async function pages(studio: Program, id: number): Promise<void> {
  const place = (): number => random.integer(rows - 100);
  const kinds: [string, () => string][] = [
    ["by offset", () => `offset=${place()}`],
    ["by cursor", () => `after=${place()}`],
    ["at nine tenths", () => `offset=${Math.floor(rows * 0.9)}`],
    ["by score", () => "sort=-score"],
  ];
  for (const [name, query] of kinds) {
    const page = async (): Promise<void> => {
      const answer = await studio.ask(`/api/datasets/${id}/examples?limit=50&${query()}`);
      const { examples: found } = (await answer.json()) as { examples: unknown[] };
      if (found.length === 0) throw new RangeError(`${name}: no rows`);
    };
    for (let turn = 0; turn < 5; turn++) await page();
    const times: number[] = [];
    for (let turn = 0; turn < 200; turn++) times.push(await timed(page));
    say(`page of 50 ${name}: p50 / p95 / most ${shown(times)} ms`);
    hold(percentile(times, 0.95) < mostPage, `page ${name}`);
  }
}

async function exported(studio: Program, id: number, format: string): Promise<void> {
  const before = residentOf(studio.pid);
  let [bytes, most, parts] = [0, before, 0];
  const milliseconds = await timed(async () => {
    const { body } = await studio.ask(`/api/datasets/${id}/download?format=${format}`);
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) {
      bytes += part.length;
      if (parts++ % 500 === 0) most = Math.max(most, residentOf(studio.pid));
    }
  });
  const perSecond = (1000 * rows) / milliseconds;
  const [from, to, grown] = [before, most, most - before].map((one) => (one / 1e6).toFixed(0));
  say(
    `export as ${format}: ${Math.round(perSecond)} rows/s, ${(bytes / 1e6).toFixed(0)} MB; ` +
      `server ${from} MB before, ${to} at most (${grown} more), ` +
      `${(residentOf(studio.pid) / 1e6).toFixed(0)} after`,
  );
  hold(perSecond >= leastRowsPerSecond, `export as ${format}`);
  hold(most - before < mostGrowth, `memory while exporting as ${format}`);
}

const folder = mkdtempSync(join(process.env["FT_BENCH_FOLDER"] ?? tmpdir(), "ft-studio-data-"));
try {
  for (const wait of [0, 3000]) await startingJobs(join(folder, `start-${wait}`), wait);
  const home = join(folder, "rows");
  const id = await filled(home);
  let studio: Program | undefined;
  say(
    `studio over ${rows} rows: listening after ${(await timed(async () => (studio = await studioIn(home)))).toFixed(0)} ms`,
  );
  if (studio === undefined) throw new TypeError("no studio");
  await pages(studio, id);
  for (const format of ["jsonl", "csv", "jsonl", "csv"]) await exported(studio, id, format);
  await studio.end();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(missed.length === 0 ? "all goals are met" : `missed: ${missed.join(", ")}`);
process.exitCode = missed.length === 0 ? 0 : 1;
