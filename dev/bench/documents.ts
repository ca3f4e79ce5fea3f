// Measures the reading of documents: JSON lines, text and Markdown of 200 MB each through the process that reads, with
// what that has resident at most, and pages of a PDF; of JSON lines also beside JSON.parse of lines that are in memory
// already, in turns, and the quickest of each. MEGABYTES and a PDF may be given:
// `node --import tsx dev/bench/documents.ts 200 some.pdf`. Times are the processor's, of both processes apart.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLineBlocks, rowLines, rowsOf } from "../../src/synth/rows/row-blocks.ts";
import { usualLimits } from "../../src/synth/sources/limits.ts";
import { openSources } from "../../src/synth/sources/open.ts";
import { Archives } from "../../src/synth/sources/opening/archives.ts";
import { readTarget } from "../../src/synth/sources/opening/read-target.ts";

const megabytes = Number(process.argv[2] ?? 200);
const pdf = process.argv[3] ?? "tests/fixtures/documents/hearing.pdf";
const folder = mkdtempSync(join(tmpdir(), "ft-documents-"));

const words =
  "the committee asked about budgets for a coming year and it had not been settled ".split(" ");
const sentence = (at: number): string =>
  Array.from({ length: 14 }, (_, word) => words[(at * 7 + word * 3) % words.length]).join(" ");

const forms: Readonly<Record<string, (at: number) => string>> = {
  "rows.jsonl": (at) =>
    JSON.stringify({
      messages: [
        { role: "user", content: `${at}: ${sentence(at)}?` },
        { role: "assistant", content: `${sentence(at + 1)}. ${sentence(at + 2)}.` },
      ],
    }),
  "text.txt": (at) => `${sentence(at)}. ${at % 7 === 0 ? "\n" : ""}`,
  "pages.md": (at) => (at % 9 === 0 ? `\n## ${sentence(at)}\n` : `- ${sentence(at)}`),
};

function write(name: string, line: (at: number) => string): string {
  const file = join(folder, name);
  const descriptor = openSync(file, "w");
  for (let at = 0, written = 0; written < megabytes * 1e6;) {
    let piece = "";
    while (piece.length < 1e6) piece += `${line(at++)}\n`;
    written += writeSync(descriptor, piece);
  }
  closeSync(descriptor);
  return file;
}

function seconds(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

/** The most that this process and its children have resident, looked at often. */
class Peak {
  own = 0;
  readonly #timer = setInterval(() => {
    this.own = Math.max(this.own, process.memoryUsage.rss());
  }, 50);
  stop(): string {
    clearInterval(this.#timer);
    return `${Math.round(this.own / 1e6)} MB resident at most here`;
  }
}

async function inThisProcess(file: string): Promise<number> {
  const settings = { limits: usualLimits };
  const target = { source: file, path: file, members: [] };
  const began = process.cpuUsage();
  for await (const told of readTarget(target, settings, new Archives(usualLimits)))
    if (told.type === "failed") throw new Error(told.reason);
  return seconds(began);
}

async function throughProcess(file: string): Promise<{ own: number; characters: number }> {
  const began = process.cpuUsage();
  const opened = openSources([file]);
  for await (const { parts } of opened) for await (const part of parts) if (part.start < 0) break;
  return { own: seconds(began), characters: opened.report.read[0]?.characters ?? 0 };
}

/** Megabytes a second of JSON.parse over the lines of some blocks, which are strings before. */
async function parsedAlone(file: string): Promise<number> {
  let [bytes, taken] = [0, 0];
  for await (const block of readLineBlocks(file)) {
    const lines = [...rowLines(block, file)].map((line) => Buffer.from(line).toString("latin1"));
    const began = process.cpuUsage();
    for (const line of lines) JSON.parse(line);
    taken += seconds(began);
    bytes += block.bytes.length;
  }
  return bytes / 1e6 / taken;
}

const rate = (taken: number): string => `${(megabytes / taken).toFixed(0)} MB/s a core`;

try {
  const lines = write("rows.jsonl", forms["rows.jsonl"] ?? String);
  const peak = new Peak();
  const best = { file: 0, memory: 0 };
  let rows = 0;
  for (let round = 0; round < 5; round++) {
    const began = process.cpuUsage();
    rows = 0;
    for await (const block of readLineBlocks(lines)) for (const _ of rowsOf(block, lines)) rows++;
    best.file = Math.max(best.file, megabytes / seconds(began));
    best.memory = Math.max(best.memory, await parsedAlone(lines));
  }
  const beside = `${best.memory.toFixed(0)} MB/s of lines in memory by JSON.parse alone`;
  console.log(`rows parsed: ${rows} rows, ${best.file.toFixed(0)} MB/s a core, beside ${beside}`);
  console.log(`  ${peak.stop()}`);
  for (const [name, form] of Object.entries(forms)) {
    const file = write(name, form);
    const memory = new Peak();
    const reading = await inThisProcess(file);
    const { own, characters } = await throughProcess(file);
    console.log(`${name}: read at ${rate(reading)}, taken from the process at ${rate(own)}`);
    console.log(`  ${characters} characters, ${memory.stop()}`);
    rmSync(file);
  }
  const pages = readFileSync(pdf, "latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  await inThisProcess(pdf);
  const taken = await inThisProcess(pdf);
  console.log(`${pdf}: ${pages} pages, ${(pages / taken).toFixed(0)} a second of a core`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
