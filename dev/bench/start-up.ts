// How long the program takes to begin: each command line as a process of its own beside an empty `node`, the least of ten
// turns of each, in turn. Needs `make build`. `node --import tsx dev/bench/start-up.ts [TURNS]`; exit 1 where a goal is
// missed.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const turns = Number(process.argv[2] ?? 10);
const program = join(import.meta.dirname, "../../dist/cli/main.js");

/** The most that each may take, in times an empty node. */
const goals: readonly (readonly [string, number])[] = [
  ["", 1.5],
  ["--help", 1.5],
  ["--version", 1.5],
  ["train --help", 1.5],
  ["train start --help", 1.5],
  ["completion bash", 1.5],
  ["runs list", 2],
  ["info --json", 2.5],
];

function millisecondsOf(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return performance.now() - started;
}

const lines = goals.map(([line]) => line);
const least = new Map<string, number>();
for (let turn = 0; turn < turns; turn++) {
  for (const line of ["node", ...lines]) {
    const args = line === "node" ? ["-e", "0"] : [program, ...line.split(" ").filter(Boolean)];
    least.set(line, Math.min(least.get(line) ?? Infinity, millisecondsOf(args)));
  }
}
const empty = least.get("node") ?? NaN;
process.stdout.write(`node -e 0: ${empty.toFixed(0)} ms, least of ${turns}\n`);
for (const [line, most] of goals) {
  const milliseconds = least.get(line) ?? NaN;
  const times = milliseconds / empty;
  const verdict = times <= most ? "met" : "missed";
  if (times > most) process.exitCode = 1;
  process.stdout.write(
    `${`ft ${line}`.trim()}: ${milliseconds.toFixed(0)} ms, ${times.toFixed(2)} times (goal ${most}: ${verdict})\n`,
  );
}
