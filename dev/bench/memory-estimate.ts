// What ft train validate says a run will need, beside what runs took, over a grid of models and settings: MLX's peak,
// and the peak of the resident process. Writes docs/memory.md's table; fails where more than one in twenty is off.
// Linux; after make build. The real model is among them where make real has fetched it.
//   node --import tsx dev/bench/memory-estimate.ts [--raw FILE] [WORD…]   only cases whose name holds one of the words
import { spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ValidationReport } from "../../src/app/train/validate-run.ts";
import type { RunEvent } from "../../src/runs/index.ts";
import { jsonLines } from "../../tests/support/rows.ts";
import { makeToyModel } from "../../tests/support/toy-model.ts";
import { writeModel } from "./table/job.ts";

const program = "dist/cli/main.js";
/** Estimate over measured. */
const [least, most] = [0.9, 1.15];
/** Of the cases, how many have to lie between those. */
const shareWithin = 0.95;
const realModel = ".local/real";
const folder = mkdtempSync(join(tmpdir(), "ft-memory-"));
const env = {
  ...process.env,
  FT_HOME: process.env["FT_HOME"] ?? join(process.cwd(), ".local/home"),
};

interface Shape {
  hidden: number;
  blocks: number;
  vocabulary: number;
  heads?: number;
}

interface Case {
  name: string;
  /** A shape of llama, or a model by name. */
  model: Shape | keyof typeof configurations | "smollm2";
  /** Tokens of a row. */
  length: number;
  /** Share of them that is the answer. */
  learned?: number;
  /** MODEL stands for the model's folder. */
  options: string;
  /** Rows are of all lengths from a fifth of that on. */
  spread?: boolean;
  /** Not used in fitting the constants. */
  heldOut?: boolean;
}

const small: Shape = { hidden: 256, blocks: 4, vocabulary: 4096 };
const deep: Shape = { hidden: 384, blocks: 8, vocabulary: 8192 };
const wide: Shape = { hidden: 512, blocks: 6, vocabulary: 16_384 };
const wordy: Shape = { hidden: 256, blocks: 4, vocabulary: 49_152 };
const wordier: Shape = { hidden: 128, blocks: 2, vocabulary: 151_936 };

const cases: readonly Case[] = [
  { name: "lora, 4 × 128", model: small, length: 128, options: "-b 4" },
  { name: "lora, 4 × 512", model: small, length: 512, options: "-b 4" },
  { name: "lora, 1 × 2,048", model: small, length: 2048, options: "-b 1", heldOut: true },
  { name: "lora, 1 × 4,096", model: small, length: 4096, options: "-b 1" },
  { name: "lora, 8 × 256, 40 % learned", model: small, length: 256, learned: 0.4, options: "-b 8" },
  { name: "lora, nothing dropped", model: small, length: 512, options: "-b 4 --lora-dropout 0" },
  {
    name: "lora, 8 blocks, nothing dropped",
    model: deep,
    length: 256,
    options: "-b 4 --lora-dropout 0",
    heldOut: true,
  },
  { name: "lora, rank 64", model: small, length: 256, options: "-b 4 -r 64" },
  {
    name: "lora, four accumulated",
    model: small,
    length: 256,
    options: "-b 2 --gradient-accumulation-steps 4",
  },
  { name: "lora, vocabulary 49,152", model: wordy, length: 256, options: "-b 4" },
  { name: "lora, vocabulary 151,936", model: wordier, length: 256, options: "-b 4", heldOut: true },
  {
    name: "lora, vocabulary 151,936, 10 % learned",
    model: wordier,
    length: 512,
    learned: 0.1,
    options: "-b 4",
  },
  { name: "lora, last 2 of 8 blocks", model: deep, length: 256, options: "-b 4 --num-layers 2" },
  { name: "lora, 8 blocks", model: deep, length: 512, options: "-b 4", heldOut: true },
  {
    name: "lora, computed again",
    model: deep,
    length: 512,
    options: "-b 4 --gradient-checkpointing",
  },
  { name: "lora, packed", model: deep, length: 200, options: "-b 2 --packing --max-length 512" },
  { name: "lora, 512 wide", model: wide, length: 256, options: "-b 4" },
  { name: "lora, of many lengths", model: deep, length: 512, spread: true, options: "-b 4" },
  {
    name: "full, of many lengths",
    model: deep,
    length: 256,
    spread: true,
    options: "-b 4 --method full",
    heldOut: true,
  },
  { name: "dora", model: deep, length: 256, options: "-b 4 --method dora" },
  {
    name: "dora, 512 wide",
    model: wide,
    length: 384,
    options: "-b 2 --method dora",
    heldOut: true,
  },
  {
    name: "qlora, 4 bits",
    model: wide,
    length: 256,
    options: "-b 4 --method qlora --load-in-4bit",
  },
  {
    name: "qlora, vocabulary 49,152",
    model: wordy,
    length: 256,
    options: "-b 4 --method qlora --load-in-4bit",
    heldOut: true,
  },
  { name: "full, adamw", model: small, length: 128, options: "-b 4 --method full" },
  { name: "full, adamw, 512 wide", model: wide, length: 128, options: "-b 2 --method full" },
  {
    name: "full, vocabulary 49,152",
    model: wordy,
    length: 128,
    options: "-b 4 --method full",
    heldOut: true,
  },
  { name: "full, muon", model: deep, length: 128, options: "-b 4 --method full --optimizer muon" },
  { name: "full, sgd", model: deep, length: 128, options: "-b 4 --method full --optimizer sgd" },
  {
    name: "full, adamw_8bit",
    model: deep,
    length: 128,
    options: "-b 4 --method full --optimizer adamw_8bit",
  },
  {
    name: "full, adafactor",
    model: deep,
    length: 256,
    options: "-b 4 --method full --optimizer adafactor",
  },
  {
    name: "full, computed again",
    model: deep,
    length: 512,
    options: "-b 4 --method full --gradient-checkpointing",
    heldOut: true,
  },
  {
    name: "full, SmolLM's shape with 8 blocks",
    model: { hidden: 576, blocks: 8, vocabulary: 49_152, heads: 9 },
    length: 256,
    options: "-b 4 --method full",
    heldOut: true,
  },
  {
    name: "lora, two blocks computed again at a time",
    model: deep,
    length: 512,
    options: "-b 4 --gradient-checkpointing --gradient-checkpointing-blocks 2",
    heldOut: true,
  },
  {
    name: "distillation",
    model: wordy,
    length: 128,
    options: "-b 4 --method distillation --teacher MODEL",
  },
  {
    name: "distillation, 40 % learned",
    model: deep,
    length: 256,
    learned: 0.4,
    options: "-b 4 --method distillation --teacher MODEL",
    heldOut: true,
  },
  { name: "gpt2, lora", model: "gpt2", length: 200, options: "-b 4" },
  { name: "gpt2, full", model: "gpt2", length: 200, options: "-b 4 --method full" },
  { name: "qwen3_5_text, lora", model: "qwen3_5_text", length: 512, options: "-b 2" },
  {
    name: "qwen3_5_text, full",
    model: "qwen3_5_text",
    length: 200,
    options: "-b 4 --method full",
    heldOut: true,
  },
  { name: "mamba, lora", model: "mamba", length: 512, options: "-b 2" },
  { name: "mamba, full", model: "mamba", length: 200, options: "-b 4 --method full" },
  {
    name: "mamba, lora, 1 × 2,048",
    model: "mamba",
    length: 2048,
    options: "-b 1",
    heldOut: true,
  },
  {
    name: "mamba, lora, packed and computed again",
    model: "mamba",
    length: 200,
    options: "-b 2 --packing --max-length 512 --gradient-checkpointing",
    heldOut: true,
  },
  { name: "SmolLM2, lora, 2 × 128", model: "smollm2", length: 128, options: "-b 2" },
  { name: "SmolLM2, lora, 1 × 1,024", model: "smollm2", length: 1024, options: "-b 1" },
  {
    name: "SmolLM2, lora, computed again",
    model: "smollm2",
    length: 512,
    options: "-b 4 --gradient-checkpointing",
  },
  {
    name: "SmolLM2, last 4 blocks",
    model: "smollm2",
    length: 256,
    options: "-b 4 --num-layers 4",
    heldOut: true,
  },
  {
    name: "SmolLM2, qlora",
    model: "smollm2",
    length: 256,
    options: "-b 2 --method qlora --load-in-4bit",
  },
  {
    name: "SmolLM2, full",
    model: "smollm2",
    length: 128,
    options: "-b 1 --method full",
    heldOut: true,
  },
];

const configurations = {
  gpt2: { model_type: "gpt2", n_embd: 256, n_layer: 6, n_head: 8, n_positions: 1024 },
  /** Three gated-delta layers and one of attention. */
  qwen3_5_text: {
    ...{ model_type: "qwen3_5_text", hidden_size: 256, intermediate_size: 768 },
    ...{ num_hidden_layers: 4, num_attention_heads: 4, num_key_value_heads: 2, head_dim: 64 },
    ...{ linear_num_key_heads: 4, linear_num_value_heads: 4 },
    ...{ linear_key_head_dim: 64, linear_value_head_dim: 64, max_position_embeddings: 8192 },
  },
  /** Layers of 768 channels. */
  mamba: { model_type: "mamba", hidden_size: 384, num_hidden_layers: 6 },
};

const made = new Map<unknown, string>();

async function modelOf({ model }: Case): Promise<string> {
  if (model === "smollm2") return "builtin/smollm2";
  const path = made.get(model) ?? join(folder, `model-${made.size}`);
  if (made.has(model)) return path;
  made.set(model, path);
  if (typeof model === "string") return await makeToyModel(path, { config: configurations[model] });
  const { hidden, blocks, vocabulary, heads = hidden / 64 } = model;
  await writeModel(path, {
    ...{ hidden_size: hidden, intermediate_size: Math.round((hidden * 8) / 3 / 32) * 32 },
    ...{ num_hidden_layers: blocks, num_attention_heads: heads, num_key_value_heads: heads },
    ...{ vocab_size: vocabulary, max_position_embeddings: 8192 },
  });
  return path;
}

/** Words that are one token each to the model. */
function rowsOf({ model, length, learned = 1, spread = false }: Case): string {
  const isOwn = typeof model !== "string";
  const words = (count: number): string =>
    Array.from({ length: Math.max(1, count) }, (_, at) => (isOwn ? `w${at % 997}` : "and")).join(
      " ",
    );
  const scaffold = 8;
  const row = (tokens: number): object => {
    if (learned === 1) return { text: words(tokens) };
    const answer = Math.round(tokens * learned) - 1;
    return { prompt: words(tokens - answer - scaffold), completion: words(answer) };
  };
  const count = 40;
  const tokens = (at: number): number =>
    spread ? length * (0.2 + (0.8 * at) / (count - 1)) : length;
  const path = join(folder, `rows-${isOwn}-${length}-${learned}-${spread}.jsonl`);
  const rows = Array.from({ length: count }, (_, at) => row(Math.round(tokens(at))));
  writeFileSync(path, jsonLines(rows));
  return path;
}

function settings(one: Case, model: string): string[] {
  const maxLength = one.options.includes("--max-length")
    ? []
    : ["--max-length", String(one.length)];
  const mask = one.learned === undefined ? ["--mask", "all"] : [];
  return [
    ...[model, rowsOf(one), "--template", "chatml", "--val-split", "0", "--warmup-steps", "0"],
    ...[
      "--target-modules",
      "all-linear",
      ...one.options.replace("MODEL", model).split(" "),
      ...maxLength,
      ...mask,
    ],
    ...["--iters", one.spread === true ? "20" : "3", "--report-every", "1", "--json"],
  ];
}

interface Estimated {
  peakBytes: number;
  residentBytes: number;
  terms: Record<string, number>;
}

function estimated(args: readonly string[]): Estimated {
  const ran = spawnSync(process.execPath, [program, "train", "validate", ...args], {
    encoding: "utf8",
    env,
  });
  if (ran.status !== 0) throw new Error(ran.stderr + ran.stdout);
  const { memoryPlan } = JSON.parse(ran.stdout) as ValidationReport;
  if (memoryPlan === null) throw new Error("no estimate");
  return memoryPlan;
}

/** Highest resident bytes of a process so far; undefined once it is gone. */
function residentPeak(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/status`;
  const line = existsSync(file) ? /VmHWM:\s+(\d+)/.exec(readFileSync(file, "utf8")) : null;
  return line === null ? undefined : Number(line[1]) * 1024;
}

async function measured(given: readonly string[]): Promise<{ peak: number; resident: number }> {
  const output = mkdtempSync(join(folder, "run-"));
  const args = [program, "train", "start", ...given, "--no-isolate", "--force", "-o", output];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let resident = 0;
  child.stdout.on("data", (chunk: Buffer) => void (text += chunk.toString("utf8")));
  const look = setInterval(() => (resident = residentPeak(child.pid) ?? resident), 20);
  await new Promise((resolve) => child.on("close", resolve));
  clearInterval(look);
  rmSync(output, { recursive: true, force: true });
  const events = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as RunEvent);
  const peaks = events.flatMap((event) =>
    event.type === "step-reported" ? [event.peakMemoryBytes] : [],
  );
  return { peak: Math.max(...peaks), resident };
}

const { values, positionals: words } = parseArgs({
  options: { raw: { type: "string" } },
  allowPositionals: true,
});
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
const within = (ratio: number): boolean => ratio >= least && ratio <= most;

try {
  const ratios: number[] = [];
  console.log(
    "| run | resident, MB | estimate | ratio | MLX's peak | estimate | ratio |\n|---|---|---|---|---|---|---|",
  );
  for (const one of cases) {
    if (one.model === "smollm2" && !existsSync(realModel)) continue;
    if (words.length > 0 && !words.some((word) => one.name.includes(word))) continue;
    const args = settings(one, await modelOf(one));
    const said = estimated(args);
    const took = await measured(args);
    if (values.raw !== undefined)
      appendFileSync(values.raw, `${JSON.stringify({ ...one, said, took })}\n`);
    const [resident, peak] = [said.residentBytes / took.resident, said.peakBytes / took.peak];
    ratios.push(resident);
    const figures = [
      ...[megabytes(took.resident), megabytes(said.residentBytes), resident.toFixed(2)],
      ...[megabytes(took.peak), megabytes(said.peakBytes), peak.toFixed(2)],
    ];
    console.log(
      `| ${one.name}${one.heldOut === true ? " (held out)" : ""} | ${figures.join(" | ")} |`,
    );
  }
  const share = ratios.filter(within).length / Math.max(1, ratios.length);
  console.log(`\n${(100 * share).toFixed(0)} % of ${ratios.length} within ${least} to ${most}`);
  if (share < shareWithin) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
