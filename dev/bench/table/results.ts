// What the table of benchmarks found, kept as a page: one JSON line a workload in it, from which the table is written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { describeBackend } from "../../../src/mx/index.ts";
import { recurrentPart } from "../recurrent-results.ts";
import { versionsOf } from "./programs.ts";
import { type Workload, workloads } from "./workloads.ts";

export interface Result {
  workload: Workload;
  rows: number;
  rounds: number;
  /** By program. */
  seconds: Readonly<Record<string, number>>;
  peaks: Readonly<Record<string, number>>;
  /** Load average of the machine when it began. */
  load: number;
}

interface Kept extends Omit<Result, "workload"> {
  id: string;
  date: string;
}

const page = fileURLToPath(new URL("../RESULTS.md", import.meta.url));
const [begin, end] = ["<!-- measured", "-->"];

const written = (): string => (existsSync(page) ? readFileSync(page, "utf8") : "");

function keptResults(): Kept[] {
  const text = written();
  const lines = text.slice(text.indexOf(begin)).split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Kept);
}

/** How a measured ratio stands to its target. */
function cell(ratio: number | undefined, target: number | undefined, isMost: boolean): string {
  if (ratio === undefined || !Number.isFinite(ratio)) return "–";
  const value = `${ratio.toFixed(2)} ×`;
  if (target === undefined) return value;
  const reached = isMost ? ratio <= target : ratio >= target;
  return `${reached ? `**${value}**` : value} (${isMost ? "≤" : "≥"} ${target})`;
}

function ratio(
  of: Readonly<Record<string, number>>,
  above: string,
  below: string,
): number | undefined {
  const [up, down] = [of[above], of[below]];
  return up === undefined || down === undefined || down === 0 ? undefined : up / down;
}

function line(kept: Kept): string {
  const workload = workloads.find(({ id }) => id === kept.id);
  if (workload === undefined) return "";
  const { targets, about } = workload;
  const { seconds, peaks } = kept;
  const cells = [
    `${kept.id}. ${about}`,
    `${kept.rows}`,
    `${(seconds["ft"] ?? Number.NaN).toFixed(1)} s`,
    cell(ratio(seconds, "mlx-lm", "ft"), targets.mlx, false),
    cell(ratio(seconds, "PEFT", "ft"), targets.peft, false),
    cell(ratio(peaks, "ft", "mlx-lm"), targets.memory, true),
    cell(ratio(seconds, "ft", "products"), targets.products, true),
    `${kept.date}, load ${kept.load.toFixed(1)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

function pageText(all: readonly Kept[], python: string): string {
  const { mlxVersion, blas } = describeBackend();
  const machine = `${cpus()[0]?.model} × ${cpus().length}, ${(totalmem() / 1e9).toFixed(0)} GB`;
  return [
    "# Training beside mlx-lm and PyTorch",
    "",
    "Speed and memory of training with ft, mlx-lm and PyTorch (PEFT); `make bench` writes this page. All use the same",
    "tokens, weights and initial adapter, float32 and both cores, one program after the other. Times are wall clock of all",
    "steps, including the first. Speeds are how many times as fast ft is; memory is ft's share of mlx-lm's peak, as MLX",
    "counts it. Bold: the target in parentheses is reached. The column `rows` says how many rows a workload was run on.",
    "",
    `Last run on ${machine}; Node ${process.versions.node}, MLX ${mlxVersion}, ${blas}.`,
    `Peers: ${versionsOf(python)}.`,
    "mlx-lm uses ft's OpenBLAS instead of its wheel's, and the row order of `mlx_lm.lora`. PyTorch uses rows grouped by",
    "length, as transformers' Trainer does.",
    "",
    "| workload | rows | ft | times as fast as mlx-lm | as PEFT | memory | time over the products alone | when |",
    "|---|---|---|---|---|---|---|---|",
    ...all.map(line),
    "",
    begin,
    ...all.map((kept) => JSON.stringify(kept)),
    end,
    "",
  ].join("\n");
}

/** Puts a result in the page in the place of the one before; returns its line. */
export function writeResult({ workload, ...result }: Result, python: string): string {
  const kept: Kept = { id: workload.id, ...result, date: new Date().toISOString().slice(0, 10) };
  const others = keptResults().filter(({ id }) => id !== kept.id);
  const all = [...others, kept].toSorted((a, b) => a.id.localeCompare(b.id));
  const recurrent = recurrentPart(written());
  writeFileSync(page, pageText(all, python) + (recurrent === "" ? "" : `\n${recurrent}`));
  return line(kept);
}
