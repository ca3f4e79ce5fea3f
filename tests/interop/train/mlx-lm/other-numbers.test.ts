// --compat mlx-lm beside mlx_lm.lora over weights that are not float32: packed by mlx-lm's convert, or in 16 bits.
// In 16 bits both round every product, each in an order of its own, so the bar is that of the precision.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench, python, tolerance } from "./beside.ts";

interface Trial {
  base: string;
  settings?: Record<string, unknown>;
  within?: number;
}

const quantize = { quantize: true, q_group_size: 32 };
/** Bases by name, as convert's arguments. */
const bases: Record<string, Record<string, unknown>> = {
  "4 bits": { ...quantize, q_bits: 4 },
  "8 bits": { ...quantize, q_bits: 8 },
  "4 bits and bfloat16": { ...quantize, q_bits: 4, dtype: "bfloat16" },
  bfloat16: { dtype: "bfloat16" },
  float16: { dtype: "float16" },
};

const dora = { fine_tune_type: "dora" };
const full = { fine_tune_type: "full", resume_adapter_file: null };

/** Shares of a loss that 16 bits leave uncertain: mlx-lm rounds every token's loss to them, ft adds in float32. */
const [inBfloat16, inFloat16] = [2e-2, 5e-3];
/** Products of 16 bits are slow on a CPU. */
const short = { iters: 20 };

const trials: [name: string, trial: Trial][] = [
  ["4 bits, lora with adam", { base: "4 bits" }],
  [
    "4 bits, lora, the prompt masked, accumulated",
    {
      base: "4 bits",
      settings: { mask_prompt: true, grad_accumulation_steps: 2, optimizer: "adamw" },
    },
  ],
  [
    "4 bits, lora with muon, recomputed",
    { base: "4 bits", settings: { optimizer: "muon", grad_checkpoint: true } },
  ],
  ["8 bits, lora with adamw", { base: "8 bits", settings: { optimizer: "adamw" } }],
  ["4 bits, dora", { base: "4 bits", settings: dora }],
  ["8 bits, dora, the prompt masked", { base: "8 bits", settings: { ...dora, mask_prompt: true } }],
  [
    "4 bits and bfloat16, lora",
    { base: "4 bits and bfloat16", settings: short, within: inBfloat16 },
  ],
  ["bfloat16, lora", { base: "bfloat16", settings: short, within: inBfloat16 }],
  ["bfloat16, dora", { base: "bfloat16", settings: { ...dora, ...short }, within: inBfloat16 }],
  ["bfloat16, full", { base: "bfloat16", settings: { ...full, ...short }, within: inBfloat16 }],
  ["float16, lora", { base: "float16", settings: short, within: inFloat16 }],
  [
    "float16, full with sgd",
    {
      base: "float16",
      settings: { ...full, ...short, optimizer: "sgd", learning_rate: 0.02 },
      within: inFloat16,
    },
  ],
];

const bench = new Bench();
let expected: ReturnType<Bench["theirs"]>;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const config = { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 };
  const model = await bench.model("model", { config });
  bench.data();
  const lora = await bench.adapter("lora", model);
  const doras = await bench.adapter("dora", model, { kind: "dora" });
  for (const [name, how] of Object.entries(bases)) bench.converted(name, model, how);
  for (const [name, { base, settings = {} }] of trials) {
    const start = settings["fine_tune_type"] === "dora" ? doras : lora;
    bench.config(name, { model: bench.path(base), resume_adapter_file: start, ...settings });
  }
  expected = bench.theirs(trials.map(([name]) => name));
});
afterAll(() => bench.close());

test.each(trials)("%s", async (name, { within = tolerance }) => {
  bench.compare(name, await bench.ours(name), expected.get(name), within);
  const losses = (expected.get(name)?.losses ?? []).map(([loss]) => loss);
  // It has learned something, so that another course would be seen.
  expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] ?? 0));
});
