// docs/examples/model-card.txt: the card that ft upload writes of a short run of the bundled model, benchmark and all.
//   node --import tsx dev/model-card.ts [docs/examples/model-card.txt]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const program = resolve(import.meta.dirname, "../src/cli/main.ts");
const [target = "docs/examples/model-card.txt"] = process.argv.slice(2);

const room = mkdtempSync(join(tmpdir(), "ft-card-"));
const env = { ...process.env, FT_HOME: join(room, "home") };

const tsx = import.meta.resolve("tsx");

function ft(...args: string[]): string {
  const all = ["--import", tsx, program, ...args];
  return execFileSync(process.execPath, all, { cwd: room, env, encoding: "utf8" });
}

try {
  const train = ["train", "start", "builtin/tiny", "wikisql-chat", "-o", "run", "--iters", "120"];
  ft(...train, "--warmup-steps", "10", "--lr", "2e-3", "--eval-steps", "40", "--quiet");
  const compare = ["benchmark", "builtin/tiny", "run", "--data", "wikisql-chat"];
  ft(...compare, "--num-samples", "50", "--metrics", "exact_match,rougeL", "--no-forgetting");
  const shown = ft("upload", "run", "me/tiny-sql", "--dry-run", "--json");
  writeFileSync(target, (JSON.parse(shown) as { card: string }).card);
  process.stdout.write(`${target}\n`);
} finally {
  rmSync(room, { recursive: true, force: true });
}
