// The studio under load beside a training run: 200 open connections that ask 20 times a second together, for a minute.
// `node --import tsx dev/bench/studio-load.ts [SECONDS]`; needs ./setup.sh. Prints latencies, errors, and the training's
// speed before, beside and after the load in one run. Exit 1 where a goal is missed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

const seconds = Number(process.argv[2] ?? 60);
const connections = 200;
const perSecond = 20;
const mostMilliseconds = 300;
const mostSlowdown = 0.15;
const model = process.env["FT_BENCH_MODEL"] ?? "builtin/tiny";

const folder = mkdtempSync(join(process.env["FT_BENCH_FOLDER"] ?? tmpdir(), "ft-load-"));
const program = join(import.meta.dirname, "../../dist/cli/main.js");
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

const studio = spawn(
  process.execPath,
  [program, "studio", "--port", "0", "--api-port", "0", "--no-open", "--json"],
  {
    env: { ...process.env, FT_HOME: folder, FT_KEYCHAIN: "off" },
    stdio: ["ignore", "pipe", "inherit"],
  },
);
const [line] = (await once(createInterface({ input: studio.stdout }), "line")) as [string];
const { apiUrl, token } = JSON.parse(line) as { apiUrl: string; token: string };
const headers = { authorization: `Bearer ${token}` };

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(`${apiUrl}${path}`, {
    ...init,
    headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const rows = Array.from({ length: 2000 }, (_, index) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `What is ${index} and ${index + 1}?` },
      { role: "assistant", content: `It is ${2 * index + 1}.` },
    ],
  }),
).join("\n");

/** A dataset of 2,000 rows to look at, and a run that does not end by itself. */
async function prepare(): Promise<{ dataset: number; job: string }> {
  const form = (purpose: string): FormData => {
    const data = new FormData();
    data.append("purpose", purpose);
    data.append("name", "load");
    data.append("file", new Blob([rows]), "rows.jsonl");
    return data;
  };
  const upload = { method: "POST", body: form("fine-tune") };
  const { dataset_id: dataset } = await ask<{ dataset_id: number }>("/api/datasets/upload", upload);
  const { id: file } = await ask<{ id: string }>("/v1/files", upload);
  const made = await ask<{ id: string }>("/v1/fine_tuning/jobs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model,
      training_file: file,
      hyperparameters: { n_epochs: 1000, batch_size: 4 },
      ft: { optimization: { save_steps: 1_000_000 } },
    }),
  });
  return { dataset, job: made.id };
}

interface Event {
  type: string;
  created_at: number;
  data: { step: number; tokens_per_second: number } | null;
}

async function stepsOf(job: string): Promise<number> {
  const { data } = await ask<{ data: Event[] }>(`/v1/fine_tuning/jobs/${job}/events?limit=100`);
  return data.find(({ type }) => type === "metrics")?.data?.step ?? 0;
}

/** Steps a second over a stretch of time. */
async function speed(job: string, stretch: number): Promise<number> {
  const [from, at] = [await stepsOf(job), performance.now()];
  await pause(stretch * 1000);
  return (1000 * ((await stepsOf(job)) - from)) / (performance.now() - at);
}

const times: number[] = [];
const errors: string[] = [];

/** One request over a connection of its own that stays open. */
function timed(agent: Agent, path: string): Promise<void> {
  return new Promise((resolve) => {
    const from = performance.now();
    const sent = request(`${apiUrl}${path}`, { agent, headers }, (answer) => {
      answer.resume().on("end", () => {
        times.push(performance.now() - from);
        if (answer.statusCode !== 200) errors.push(`${path}: ${answer.statusCode}`);
        resolve();
      });
    });
    sent.on("error", (error) => {
      errors.push(`${path}: ${error.message}`);
      resolve();
    });
    sent.end();
  });
}

async function load(paths: readonly string[]): Promise<void> {
  const agents = Array.from(
    { length: connections },
    () => new Agent({ keepAlive: true, maxSockets: 1 }),
  );
  const end = performance.now() + seconds * 1000;
  const pending: Promise<void>[] = [];
  for (let turn = 0; performance.now() < end; turn++) {
    const agent = agents[turn % connections]!;
    pending.push(timed(agent, paths[turn % paths.length]!));
    await pause(1000 / perSecond);
  }
  await Promise.all(pending);
  for (const agent of agents) agent.destroy();
}

/** The streams that pages keep open. */
function streams(count: number, signal: AbortSignal): Promise<Response>[] {
  const open = () => fetch(`${apiUrl}/api/v1/events`, { headers, signal });
  return Array.from({ length: count }, open);
}

const { dataset, job } = await prepare();
while ((await stepsOf(job)) < 20) await pause(500);
const paths = [
  "/api/domains",
  "/api/datasets",
  `/api/datasets/${dataset}/examples?limit=50`,
  "/api/tasks",
  "/api/system/status",
  "/api/v1/jobs",
  `/v1/fine_tuning/jobs/${job}`,
  "/api/settings",
];
const stretch = Math.max(10, seconds / 2);
const before = await speed(job, stretch);
const closing = new AbortController();
const open = await Promise.all(streams(20, closing.signal));
const beside = Promise.all([speed(job, seconds), load(paths)]);
const [during] = await beside;
closing.abort();
const after = await speed(job, stretch);
const sorted = times.toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
const slowdown = 1 - during / ((before + after) / 2);
say(
  `${times.length} requests in ${seconds} s over ${connections} connections, beside ${open.length} streams`,
);
say(`errors: ${errors.length}${errors.length > 0 ? ` (${errors.slice(0, 3).join("; ")})` : ""}`);
say(`p50 ${at(0.5).toFixed(1)} ms, p95 ${at(0.95).toFixed(1)} ms, most ${at(1).toFixed(1)} ms`);
say(
  `training: ${before.toFixed(2)} steps/s before, ${during.toFixed(2)} beside, ${after.toFixed(2)} after`,
);
say(`slowed by ${(100 * slowdown).toFixed(1)} %`);
studio.kill("SIGTERM");
await once(studio, "exit");
rmSync(folder, { recursive: true, force: true });
const isGood = errors.length === 0 && at(0.95) < mostMilliseconds && slowdown < mostSlowdown;
process.exit(isGood ? 0 : 1);
