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
    "Written by `make bench`. The same tokens, weights and first adapter, float32, both cores, one program after",
    "the other; wall clock of all steps, the first included. Ratios are how many times as fast ft is; of memory, its",
    "share of what mlx-lm takes, both as MLX counts. Bold: the target in brackets is reached. Workloads of skewed",
    "lengths may have been run on fewer rows than their name says: the column tells.",
    "",
    `Last run on ${machine}; Node ${process.versions.node}, MLX ${mlxVersion}, ${blas}.`,
    `Peers: ${versionsOf(python)}.`,
    "mlx-lm has ft's OpenBLAS in the place of its wheel's; rows come in the order in which `mlx_lm.lora` takes them.",
    "PyTorch has rows grouped by length, as transformers' Trainer does it.",
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
