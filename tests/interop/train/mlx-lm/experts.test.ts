// --compat mlx-lm beside mlx_lm.lora on mixtures of experts: every expert and every router carries an adapter there, and
// the loss of every iteration and every validation is the same.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Bench, python } from "./beside.ts";

const lora = { rank: 4, scale: 10, dropout: 0 };
const keys = ["self_attn.q_proj", "mlp.switch_mlp.down_proj"];

/** Files named by resume_adapter_file are of the bench. */
const trials: [name: string, settings: Record<string, unknown>][] = [
  ["qwen3_moe, adam", {}],
  [
    "qwen3_moe, experts by name",
    { resume_adapter_file: "keys", lora_parameters: { ...lora, keys } },
  ],
  [
    "mixtral, adamw, the prompt masked",
    { ...on("mixtral"), optimizer: "adamw", mask_prompt: true },
  ],
];

function on(model: string): Record<string, unknown> {
  return { model, resume_adapter_file: `${model}-lora` };
}

/** Both read these, in the older style. */
const usual = { num_hidden_layers: 3, rms_norm_eps: 1e-5, rope_theta: 10_000 };
const qwen = {
  ...{ model_type: "qwen3_moe", head_dim: 16, num_experts: 6, num_experts_per_tok: 2 },
  ...{ moe_intermediate_size: 24, norm_topk_prob: true, max_position_embeddings: 512 },
  ...{ decoder_sparse_step: 1, mlp_only_layers: [1] },
};
const mixtral = {
  ...{ model_type: "mixtral", num_local_experts: 4, num_experts_per_tok: 2 },
  max_position_embeddings: 512,
};

const bench = new Bench();
let expected: ReturnType<Bench["theirs"]>;

beforeAll(async () => {
  if (python === "") throw new Error("FT_PEERS_PYTHON is not set: run make interop");
  const model = await bench.model("qwen3_moe", { config: { ...usual, ...qwen } });
  const other = await bench.model("mixtral", { config: { ...usual, ...mixtral } });
  const files: Record<string, string> = {
    ...{ model, mixtral: other },
    lora: await bench.adapter("lora", model, { adaptsRouters: true }),
    keys: await bench.adapter("keys", model, { targets: keys }),
    "mixtral-lora": await bench.adapter("mixtral-lora", other, { adaptsRouters: true }),
  };
  bench.data();
  for (const [name, settings] of trials) {
    const all = { model: "model", resume_adapter_file: "lora", ...settings };
    const { model: base, resume_adapter_file: start } = all;
    bench.config(name, { ...all, model: files[base], resume_adapter_file: files[start] });
  }
  expected = bench.theirs(trials.map(([name]) => name));
});
afterAll(() => bench.close());

test.each(trials)("%s", async (name) => {
  bench.compare(name, await bench.ours(name), expected.get(name));
  expect(expected.get(name)?.losses.length).toBe(50);
});
