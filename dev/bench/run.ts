// Runs every benchmark beside this file in turn, each in its own process; fails when one does.
//   make bench
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const benchmarks = [
  "memory",
  "threads",
  "decoding",
  "generating",
  "serving",
  "adapters",
  "delta",
  "states",
  "against-mlx-lm",
  "table/main",
];

const failed = benchmarks.filter((name) => {
  console.log(`\n── ${name}`);
  const file = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ["--import", "tsx", file], { stdio: "inherit" });
  return status !== 0;
});
if (failed.length > 0) console.log(`\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length;
