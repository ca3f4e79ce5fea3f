// The table of quality: the real model tuned by ft, by mlx-lm and by PEFT on the same rows, exact match on held-out ones.
// Each cell is kept in a file and not done again; `--again` does those again that are named.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/quality/main.ts [--again] [--show] [times-ft-1 …]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { evaluateAdapter, readConversations } from "./evaluate.ts";
import { starts } from "./programs.ts";
import { tasks, writeRows } from "./rows.ts";
import { type Cell, common, maxLengths, nameOf, seeds, tools } from "./settings.ts";
import { type Result, tableOf } from "./table.ts";

const { values, positionals } = parseArgs({
  options: {
    again: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const root = resolve(".local/quality");
const model = `${root}/model`;
const python = process.env["FT_PEERS_PYTHON"] ?? resolve(".local/peers/bin/python");

const cells: Cell[] = Object.keys(tasks).flatMap((task) =>
  seeds.flatMap((seed) => tools.map((tool) => ({ task, tool, seed }))),
);
const resultFile = (cell: Cell): string => `${root}/cells/${nameOf(cell)}.json`;

function requireModel(): void {
  if (existsSync(`${model}/model.safetensors`)) return;
  const script = "dev/bench/quality/model_folder.py";
  const { status } = spawnSync(python, [script, model], { stdio: "inherit" });
  if (status !== 0) throw new Error(`${script} did not make ${model}`);
}

function train(cell: Cell): { adapter: string; seconds: number } {
  const folder = `${root}/runs/${nameOf(cell)}`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const places = { model, data: `${root}/rows/${cell.task}`, adapter: `${folder}/adapter` };
  const job = { ...common, ...places, seed: cell.seed, maxLength: maxLengths[cell.task] ?? 2048 };
  const started = starts[cell.tool](job, folder, python);
  const [program = "", ...rest] = started.command;
  const begin = performance.now();
  const ended = spawnSync(program, rest, {
    encoding: "utf8",
    env: { ...process.env, ...started.env },
  });
  writeFileSync(`${folder}/log.txt`, ended.stdout + ended.stderr);
  if (ended.status !== 0) throw new Error(`${nameOf(cell)} failed: ${ended.stderr.slice(-2000)}`);
  return { adapter: started.adapter, seconds: (performance.now() - begin) / 1000 };
}

async function score(
  task: string,
  adapter: string | undefined,
): Promise<Pick<Result, "exact" | "loss">> {
  const conversations = readConversations(`${root}/rows/${task}/test.jsonl`);
  const { right, loss } = await evaluateAdapter(model, adapter, conversations);
  return { exact: (100 * right.filter(Boolean).length) / right.length, loss };
}

async function fill(cell: Cell): Promise<void> {
  if (existsSync(resultFile(cell)) && !values.again) return;
  const { adapter, seconds } = train(cell);
  const result: Result = { ...cell, ...(await score(cell.task, adapter)), seconds, adapter };
  writeFileSync(resultFile(cell), JSON.stringify(result));
  console.log(`${nameOf(cell)}: ${result.exact.toFixed(1)} %, loss ${result.loss.toFixed(4)}`);
}

async function fillBase(task: string): Promise<void> {
  const path = `${root}/cells/${task}-base.json`;
  if (!existsSync(path)) writeFileSync(path, JSON.stringify(await score(task, undefined)));
}

if (!values.show) {
  mkdirSync(`${root}/cells`, { recursive: true });
  writeRows(`${root}/rows`);
  requireModel();
  const wanted =
    positionals.length === 0 ? cells : cells.filter((cell) => positionals.includes(nameOf(cell)));
  for (const cell of wanted) await fill(cell);
  for (const task of Object.keys(tasks)) await fillBase(task);
}
const done = cells.filter((cell) => existsSync(resultFile(cell)));
const results = done.map((cell) => JSON.parse(readFileSync(resultFile(cell), "utf8")) as Result);
console.log(tableOf(results));
