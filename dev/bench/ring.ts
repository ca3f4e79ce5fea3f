// What several workers on one machine cost and gain: wall clock and processor seconds of a step of 1, 2 and 4 workers on
// the same batches. Processor seconds say what the exchange costs whatever else the machine does meanwhile; they are the
// difference of a long run and a short one, so that loading does not count.
//   node --import tsx dev/bench/ring.ts [MODEL] [STEPS]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const [model = "builtin/tiny", steps = "60"] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ft-bench-ring-"));
const data = join(folder, "rows.jsonl");
const rows = Array.from({ length: 64 }, (_, at) => ({
  messages: [
    { role: "user", content: `Write ${at} words. ${"and one more, ".repeat(20 + (at % 7))}` },
    { role: "assistant", content: `Words: ${"a word, ".repeat(30 + (at % 5))}` },
  ],
}));
writeFileSync(data, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

interface Seconds {
  wall: number;
  processor: number;
}

/** Of a whole run and all its processes. */
function run(method: string, workers: number, iters: number): Seconds {
  const args = [
    ...["--import", "tsx", program, "train", "start", model, data, "--method", method],
    ...["--iters", String(iters), "--batch-size", "8", "--max-length", "256", "--quiet"],
    ...["--eval-steps", "100000", "--save-steps", "100000", "--lora-dropout", "0"],
    ...["--workers", String(workers), "--output", join(folder, `${method}-${workers}-${iters}`)],
  ];
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>/dev/null';
  const { stderr } = spawnSync("bash", ["-c", script, "bash", process.execPath, ...args], {
    encoding: "utf8",
    env: { ...process.env, FT_HOME: join(folder, "home") },
  });
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return { wall, processor: user + system };
}

function step(method: string, workers: number): Seconds {
  const short = run(method, workers, 10);
  const long = run(method, workers, 10 + Number(steps));
  return {
    wall: (long.wall - short.wall) / Number(steps),
    processor: (long.processor - short.processor) / Number(steps),
  };
}

const ms = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`;
console.log(`${model}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}`);
for (const method of ["lora", "full"]) {
  const one = step(method, 1);
  console.log(`${method}, 1 worker: ${ms(one.wall)} a step, ${ms(one.processor)} of processor`);
  for (const workers of [2, 4]) {
    const all = step(method, workers);
    const share = ((100 * one.processor) / all.processor).toFixed(0);
    console.log(
      `${method}, ${workers} workers: ${ms(all.wall)} a step, ${ms(all.processor)} of processor: ` +
        `${(one.wall / all.wall).toFixed(2)} times as fast, ${share} % of the processor's work is the step's own`,
    );
  }
}
rmSync(folder, { recursive: true });
