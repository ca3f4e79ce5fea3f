// --compat mlx-lm beside mlx_lm.lora itself: from the same weights and the same first adapter, over the same files, the
// loss of every iteration and every validation is the same. LoRA and DoRA in float32; the others are beside this.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench, python, type Row } from "./beside.ts";

const dora = { fine_tune_type: "dora", resume_adapter_file: "dora" };
const lora = { rank: 4, scale: 10, dropout: 0 };
const keys = ["self_attn.q_proj", "mlp.down_proj"];
const warmed = { name: "cosine_decay", arguments: [1e-3, 60, 1e-5], warmup: 7, warmup_init: 1e-5 };
const sgd = { optimizer: "sgd", learning_rate: 0.002 };
const cut = { max_seq_length: 40, grad_checkpoint: true, batch_size: 1 };

/** Files named by resume_adapter_file and data are of the bench. */
const trials: [name: string, settings: Record<string, unknown>][] = [
  ["lora with adam", {}],
  ["the prompt masked", { mask_prompt: true }],
  ["adamw and a cosine schedule with warm-up", { optimizer: "adamw", lr_schedule: warmed }],
  ["three iterations an update", { grad_accumulation_steps: 3, optimizer: "adamw" }],
  ["muon", { optimizer: "muon" }],
  ["adafactor", { optimizer: "adafactor" }],
  [
    "adafactor at a rate of its own",
    {
      optimizer: "adafactor",
      optimizer_config: { adafactor: { relative_step: false, scale_parameter: false } },
    },
  ],
  ["sgd with momentum", { ...sgd, optimizer_config: { sgd: { momentum: 0.8 } } }],
  ["sgd with decay", { ...sgd, optimizer_config: { sgd: { weight_decay: 0.3 } } }],
  [
    "adam with bias correction and other betas",
    { optimizer_config: { adam: { betas: [0.8, 0.95], bias_correction: true } } },
  ],
  ["rows cut, recomputed, a batch of one", cut],
  [
    "some keys in the last two blocks",
    { num_layers: 2, resume_adapter_file: "keys", lora_parameters: { ...lora, keys } },
  ],
  [
    "the whole validation set, and the test rows after the last iteration",
    { num_layers: -1, val_batches: -1, test: true, test_batches: -1 },
  ],
  [
    "two batches of the test rows, a schedule by steps",
    {
      test: true,
      test_batches: 2,
      batch_size: 3,
      lr_schedule: { name: "step_decay", arguments: [1e-3, 0.5, 9] },
    },
  ],
  ["dora with adam", dora],
  ["dora with adamw, the prompt masked", { ...dora, optimizer: "adamw", mask_prompt: true }],
  ["dora, three iterations an update", { ...dora, grad_accumulation_steps: 3 }],
  ["dora with muon", { ...dora, optimizer: "muon" }],
  ["dora with adafactor", { ...dora, optimizer: "adafactor" }],
  ["dora with sgd", { ...dora, ...sgd }],
  ["dora, rows cut, recomputed", { ...dora, ...cut }],
  ["completions, the prompt masked", { data: "completions", mask_prompt: true }],
  ["text", { data: "text" }],
  ["gpt2, text", { model: "gpt2", data: "text", resume_adapter_file: "gpt2-lora" }],
  [
    "gpt2, dora, the prompt masked",
    {
      ...dora,
      model: "gpt2",
      mask_prompt: true,
      resume_adapter_file: "gpt2-dora",
    },
  ],
  [
    "gpt2, full",
    { model: "gpt2", fine_tune_type: "full", num_layers: -1, resume_adapter_file: null },
  ],
];

const asCompletion = ({ messages: [prompt, completion], ...rest }: Row): object => ({
  ...{ prompt: prompt?.content, completion: completion?.content },
  ...rest,
});
const asText = ({ messages, ...rest }: Row): object => ({
  text: messages.map(({ content }) => content).join("\n"),
  ...rest,
});

const gpt2Config = {
  ...{ model_type: "gpt2", n_embd: 32, n_head: 4, n_layer: 3, n_positions: 256, n_ctx: 256 },
  layer_norm_epsilon: 1e-5,
};

const bench = new Bench();
let expected: ReturnType<Bench["theirs"]>;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const llama = { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 };
  const model = await bench.model("model", { config: llama });
  const gpt2 = await bench.model("gpt2", { config: gpt2Config });
  const files: Record<string, string> = {
    lora: await bench.adapter("lora", model),
    keys: await bench.adapter("keys", model, { targets: keys, blockCount: 2 }),
    dora: await bench.adapter("dora", model, { kind: "dora" }),
    "gpt2-lora": await bench.adapter("gpt2-lora", gpt2),
    "gpt2-dora": await bench.adapter("gpt2-dora", gpt2, { kind: "dora" }),
    gpt2,
    model,
    data: bench.data(),
    completions: bench.data("completions", asCompletion),
    text: bench.data("text", asText),
  };
  const named = (value: unknown): unknown =>
    typeof value === "string" ? (files[value] ?? value) : value;
  for (const [name, settings] of trials) {
    const all = { model: "model", data: "data", resume_adapter_file: "lora", ...settings };
    const { model: base, data, resume_adapter_file: start } = all;
    const places = { model: named(base), data: named(data), resume_adapter_file: named(start) };
    bench.config(name, { ...all, ...places });
  }
  expected = bench.theirs(trials.map(([name]) => name));
});
afterAll(() => bench.close());

test.each(trials)("%s", async (name, settings) => {
  bench.compare(name, await bench.ours(name), expected.get(name));
  expect(expected.get(name)?.test === null).toBe(settings["test"] !== true);
});
