// --compat mlx-lm with fine_tune_type full: the weights of the last blocks, or of all of them, beside mlx_lm.lora.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench, python } from "./beside.ts";

const full = { fine_tune_type: "full" };
const trials: [name: string, settings: Record<string, unknown>][] = [
  ["full with adam", full],
  ["full of all blocks with adamw", { ...full, optimizer: "adamw", num_layers: -1 }],
  ["full of one block, the prompt masked", { ...full, num_layers: 1, mask_prompt: true }],
  ["full, three iterations an update", { ...full, grad_accumulation_steps: 3 }],
  ["full with sgd", { ...full, optimizer: "sgd", learning_rate: 0.02 }],
  [
    "full with sgd, momentum and decay",
    {
      ...full,
      optimizer: "sgd",
      learning_rate: 0.01,
      optimizer_config: { sgd: { momentum: 0.9, weight_decay: 0.1 } },
    },
  ],
  ["full with muon", { ...full, optimizer: "muon" }],
  ["full with adafactor", { ...full, optimizer: "adafactor" }],
  [
    "full with adafactor, a rate times the size of each parameter",
    {
      ...full,
      optimizer: "adafactor",
      learning_rate: 0.01,
      optimizer_config: { adafactor: { relative_step: false, weight_decay: 0.1 } },
    },
  ],
  ["full, recomputed", { ...full, grad_checkpoint: true, max_seq_length: 40 }],
];

const bench = new Bench();
let expected: ReturnType<Bench["theirs"]>;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const config = { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 };
  const model = await bench.model("model", { config });
  bench.data();
  for (const [name, settings] of trials) bench.config(name, { model, ...settings });
  expected = bench.theirs(trials.map(([name]) => name));
});
afterAll(() => bench.close());

test.each(trials)("%s", async (name) => {
  bench.compare(name, await bench.ours(name), expected.get(name));
  expect(expected.get(name)?.validations.length).toBeGreaterThan(2);
});
