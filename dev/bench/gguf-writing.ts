// How fast .gguf files are written, beside what the disk takes of plain bytes and beside gguf-py's quantizing of the same
// matrices: megabytes of file for a second of the clock and of the processor, in one run, alternating.
//   FT_PEERS_PYTHON=python node --import tsx dev/bench/gguf-writing.ts [ROUNDS]
import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { planGguf } from "../../src/export/gguf/plan.ts";
import { writeGguf } from "../../src/export/gguf/write.ts";
import { openStoredModel } from "../../src/weights/index.ts";
import { makeToyModel } from "../../tests/support/toy-model.ts";
import { median } from "./statistics.ts";

const rounds = Number(process.argv[2] ?? 3);
const python = process.env["FT_PEERS_PYTHON"] ?? ".local/peers/bin/python";

/** 76 million weights: 300 MB in float32. */
const config = {
  hidden_size: 1024,
  intermediate_size: 2816,
  num_hidden_layers: 6,
  num_attention_heads: 16,
  num_key_value_heads: 8,
};

/** Words of `--quant`, and gguf-py's name of the type that most matrices get, where that is made by computing. */
const quants = {
  f32: null,
  f16: "F16",
  bf16: "BF16",
  q8_0: "Q8_0",
  q4_0: "Q4_0",
  q6_k: "Q6_K",
  q4_k_m: "Q4_K",
} as const;
type Quant = keyof typeof quants;

interface Measured {
  bytes: number;
  /** Of the clock, and of the processor in this process. */
  seconds: number;
  processor: number;
}

async function timed(work: () => Promise<number>): Promise<Measured> {
  const [started, used] = [performance.now(), process.cpuUsage()];
  const bytes = await work();
  const { user, system } = process.cpuUsage(used);
  const seconds = (performance.now() - started) / 1000;
  return { bytes, seconds, processor: (user + system) / 1e6 };
}

/** The file is on the disk when this returns. */
async function written(model: string, quant: Quant, file: string): Promise<number> {
  await writeGguf(file, await planGguf(await openStoredModel(model), { quant, name: "./bench" }));
  return statSync(file).size;
}

/** So many bytes that are there already, in pieces of a megabyte. */
function plainlyWritten(bytes: number, file: string): number {
  const piece = Buffer.alloc(1e6, 7);
  const open = openSync(file, "wx");
  for (let left = bytes; left > 0; left -= piece.length)
    writeSync(open, piece, 0, Math.min(left, piece.length));
  fsyncSync(open);
  closeSync(open);
  return bytes;
}

type Theirs = Record<string, { seconds: number; bytes: number } | null>;

function byGgufPy(file: string): Theirs {
  const script = join(import.meta.dirname, "gguf_quantize.py");
  const types = Object.values(quants).filter((type) => type !== null);
  return JSON.parse(execFileSync(python, [script, file, ...types]).toString()) as Theirs;
}

interface Round {
  ours: Measured;
  disk: Measured;
  theirs: Theirs[string];
}

async function roundOf(folder: string, quant: Quant, theirs: Theirs): Promise<Round> {
  const file = join(folder, "measured");
  try {
    const ours = await timed(() => written(join(folder, "model"), quant, file));
    rmSync(file);
    const disk = await timed(async () => plainlyWritten(ours.bytes, file));
    return { ours, disk, theirs: theirs[quants[quant] ?? ""] ?? null };
  } finally {
    rmSync(file, { force: true });
  }
}

const rate = (bytes: number, seconds: number): string => (bytes / 1e6 / seconds).toFixed(0);

function line(quant: string, measured: readonly Round[]): string {
  const [first] = measured;
  if (first === undefined) return "";
  const of = (pick: (one: Round) => number): number => median(measured.map(pick));
  const { bytes } = first.ours;
  const theirs = measured.flatMap((one) => (one.theirs === null ? [] : [one.theirs]));
  const cells = [
    quant,
    (bytes / 1e6).toFixed(0),
    rate(
      bytes,
      of(({ ours }) => ours.seconds),
    ),
    rate(
      bytes,
      of(({ ours }) => ours.processor),
    ),
    rate(
      bytes,
      of(({ disk }) => disk.seconds),
    ),
    theirs.length === 0
      ? "–"
      : rate(theirs[0]?.bytes ?? 0, median(theirs.map(({ seconds }) => seconds))),
  ];
  return `| ${cells.join(" | ")} |`;
}

const folder = mkdtempSync(join(tmpdir(), "ft-gguf-writing-"));
try {
  await makeToyModel(join(folder, "model"), { config });
  await written(join(folder, "model"), "f32", join(folder, "f32.gguf"));
  const found = new Map<Quant, Round[]>();
  for (let round = 0; round < rounds; round++) {
    const theirs = byGgufPy(join(folder, "f32.gguf"));
    for (const quant of Object.keys(quants) as Quant[])
      found.set(quant, [...(found.get(quant) ?? []), await roundOf(folder, quant, theirs)]);
  }
  console.log(`load ${loadavg()[0]?.toFixed(1)}, median of ${rounds}; MB of file a second`);
  console.log("| | MB | written | of the processor | the disk, plain bytes | gguf-py, processor |");
  console.log("|---|---|---|---|---|---|");
  for (const [quant, measured] of found) console.log(line(quant, measured));
} finally {
  rmSync(folder, { recursive: true });
}
