// Rows a second of ft data dedupe and MB a second of ft data count, beside datasketch and tiktoken in Python on the same
// rows: node --import tsx dev/bench/clean-data.ts [ROWS] [PYTHON]. PYTHON has datasketch and tiktoken; without it ours
// alone. Texts of 100 words from a vocabulary of 5,000, a tenth of them copies with 5 % of the words edited.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src/core/random.ts";
import { findDuplicates } from "../../src/synth/clean/duplicates/find-duplicates.ts";
import { readLineBlocks } from "../../src/synth/rows/row-blocks.ts";
import { countTokens } from "../../src/synth/tokens/count-tokens.ts";
import { tokenCounter } from "../../src/synth/tokens/encodings.ts";

const [, , rowsText = "100000", python] = process.argv;
const rows = Number(rowsText);
const random = Random.fromSeed(1);

const syllables = "ba ce di fo gu la me ni po ru sa te vi wo xu za len tor mis dan".split(" ");
const word = (): string =>
  Array.from(
    { length: 2 + random.integer(3) },
    () => syllables[random.integer(syllables.length)],
  ).join("");
const vocabulary = Array.from({ length: 5000 }, word);
const drawn = (): string => vocabulary[Math.floor(random.next() ** 2 * vocabulary.length)] ?? "";

function writeRows(file: string): void {
  let before: string[] = [];
  let lines: string[] = [];
  writeFileSync(file, "");
  for (let row = 0; row < rows; row++) {
    const isCopy = row % 10 === 9;
    const words = isCopy ? [...before] : Array.from({ length: 100 }, drawn);
    if (isCopy) for (let edit = 0; edit < 5; edit++) words[random.integer(100)] = drawn();
    before = words;
    lines.push(JSON.stringify({ id: `r${row}`, text: words.join(" ") }));
    if (lines.length < 10_000 && row + 1 < rows) continue;
    appendFileSync(file, `${lines.join("\n")}\n`);
    lines = [];
  }
}

interface Timed {
  wall: number;
  processor: number;
}

async function timed(work: () => Promise<void>): Promise<Timed> {
  const [before, begun] = [process.cpuUsage(), performance.now()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - begun) / 1000, processor: (user + system) / 1e6 };
}

const told = (what: string, { wall, processor }: Timed, amount: number, unit: string): void => {
  const each = (seconds: number): string => (amount / seconds).toFixed(amount > 1000 ? 0 : 2);
  console.log(`${what}: ${each(wall)} ${unit}/s (${each(processor)} a second of processor time)`);
};

const folder = mkdtempSync(join(tmpdir(), "ft-clean-bench-"));
const file = join(folder, "rows.jsonl");
writeRows(file);
const megabytes = statSync(file).size / 1e6;
console.log(`${rows} rows, ${megabytes.toFixed(1)} MB`);
for (const threads of [0, 2]) {
  let near = 0;
  const time = await timed(async () => {
    using found = await findDuplicates(readLineBlocks(file), { file, threshold: 0.8, threads });
    near = found.ids.filter((_, row) => found.likenessOf(row) !== undefined).length;
  });
  told(`dedupe, ${threads} threads, ${near} duplicates`, time, rows, "rows");
}
for (const encoding of ["o200k", "cl100k", "tekken", "mistral-v3", "llama3"]) {
  await tokenCounter(encoding);
  let total = 0;
  const time = await timed(async () => {
    for await (const { tokens } of countTokens(readLineBlocks(file), {
      file,
      encoding,
      threads: 0,
    }))
      total += tokens.reduce((sum, count) => sum + count, 0);
  });
  told(`count ${encoding}, one thread, ${total} tokens`, time, megabytes, "MB");
}
console.log(`most memory: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
if (python !== undefined) {
  const peer = join(import.meta.dirname, "clean_data_peer.py");
  spawnSync(python, [peer, file], { stdio: "inherit" });
}
rmSync(folder, { recursive: true });
