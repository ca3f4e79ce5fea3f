// Latent attention in mlx-lm's two stacks by head, packed and plain, is the one matrix that checkpoints have.
// That mlx-lm writes such stacks is tests/interop/models' question.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planConversion } from "../../../src/export/conversion.ts";
import { loadStoredModel } from "../../../src/models/index.ts";
import {
  concatenate,
  dequantize,
  dispose,
  evaluate,
  type Packing,
  quantize,
  retain,
  scope,
  type Tensor,
} from "../../../src/mx/index.ts";
import { loadTensorFile, openModelFolder, saveTensors } from "../../../src/weights/index.ts";
import { bitsOf } from "../../parity/models/fixtures.ts";
import { makeToyModel } from "../../support/toy-model.ts";

const [heads, plain, value, rank] = [4, 64, 32, 128];
const config = {
  ...{ model_type: "deepseek_v3", rms_norm_eps: 1e-5, num_key_value_heads: heads },
  ...{ q_lora_rank: 32, kv_lora_rank: rank, qk_nope_head_dim: plain, qk_rope_head_dim: 16 },
  ...{ v_head_dim: value, first_k_dense_replace: 1, n_routed_experts: 4, n_shared_experts: 1 },
  ...{ moe_intermediate_size: 32, num_experts_per_tok: 2 },
};
const layers = [0, 1].map((layer) => `model.layers.${layer}.self_attn`);

let root: string;
let base: string;
beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), "ft-heads-"));
  base = await makeToyModel(path.join(root, "base"), { config });
});
afterAll(() => rmSync(root, { recursive: true }));

type Tensors = Map<string, Tensor>;

/** The base with other tensors in the place of each layer's matrix. */
async function changed(name: string, change: (whole: Tensor) => Tensors): Promise<string> {
  const folder = path.join(root, name);
  cpSync(base, folder, { recursive: true });
  const { tensors } = await loadTensorFile(path.join(base, "model.safetensors"));
  for (const layer of layers) {
    const whole = tensors.get(`${layer}.kv_b_proj.weight`) as Tensor;
    tensors.delete(`${layer}.kv_b_proj.weight`);
    scope(() => {
      const made = change(whole);
      evaluate([...made.values()]);
      for (const [part, tensor] of made) tensors.set(`${layer}.${part}`, retain(tensor));
    });
  }
  await saveTensors(path.join(folder, "model.safetensors"), tensors, {});
  return folder;
}

/** (heads, rank, plain) of queries, (heads, value, rank) of values. */
function stacksOf(whole: Tensor): Tensor[] {
  const [keys, values] = whole.reshape(heads, plain + value, rank).splitAt([plain], 1);
  return [(keys as Tensor).swapaxes(-1, -2), values as Tensor];
}

const names = ["embed_q", "unembed_out"];

function packedStacks({ groupSize, bits, mode }: Packing) {
  return (whole: Tensor): Tensors =>
    new Map(
      stacksOf(whole).flatMap((stack, at) => {
        const [weight, scales, biases] = quantize(stack, groupSize, bits, mode ?? "affine");
        const parts = { weight, scales, ...(biases && { biases }) };
        return Object.entries(parts).map(([part, one]) => [`${names[at]}.${part}`, one] as const);
      }),
    );
}

/** The matrix with what packing makes of its numbers. */
function roundedWhole(packing: Packing) {
  const { groupSize, bits, mode } = packing;
  return (whole: Tensor): Tensors => {
    const [keys, values] = stacksOf(whole).map((stack) => {
      const [weight, scales, biases = null] = quantize(stack, groupSize, bits, mode ?? "affine");
      return dequantize(weight, scales, biases, packing);
    }) as [Tensor, Tensor];
    const joined = concatenate([keys.swapaxes(-1, -2), values], 1).reshape(-1, rank);
    return new Map([["kv_b_proj.weight", joined]]);
  };
}

const plainStacks = (whole: Tensor): Tensors =>
  new Map(stacksOf(whole).map((stack, at) => [`${names[at]}.weight`, stack.add(0)]));

async function weightsIn(folder: string): Promise<string[]> {
  const { model } = await loadStoredModel(await openModelFolder(folder));
  const bits = bitsOf(model.parameters());
  dispose(model);
  return bits;
}

test.each([
  { mode: "affine", bits: 4, groupSize: 64 },
  { mode: "affine", bits: 3, groupSize: 32 },
  { mode: "affine", bits: 8, groupSize: 32 },
  { mode: "mxfp4", bits: 4, groupSize: 32 },
  { mode: "mxfp8", bits: 8, groupSize: 32 },
  { mode: "nvfp4", bits: 4, groupSize: 16 },
] satisfies Packing[])(
  "packed stacks: $mode, $bits bits in groups of $groupSize",
  async (packing) => {
    const name = `${packing.mode}-${packing.bits}`;
    const stacked = await changed(name, packedStacks(packing));
    const wanted = await changed(`${name}-whole`, roundedWhole(packing));
    expect(await weightsIn(stacked)).toEqual(await weightsIn(wanted));
  },
);

test("plain stacks", async () => {
  expect(await weightsIn(await changed("plain", plainStacks))).toEqual(await weightsIn(base));
});

test("stacks that do not fit each other or the configuration are not taken for the matrix", async () => {
  const folder = await changed("turned", (whole) => {
    const [keys, values] = stacksOf(whole) as [Tensor, Tensor];
    const turned = keys.swapaxes(-1, -2).add(0);
    return new Map([
      ["embed_q.weight", turned],
      ["unembed_out.weight", values.add(0)],
    ]);
  });
  const problem = /2 missing, 4 unexpected/;
  await expect(loadStoredModel(await openModelFolder(folder))).rejects.toThrow(problem);
});

test("packed to be written, the matrix stays dense, as mlx-lm packs its stacks otherwise; a rule packs it", async () => {
  const packing = { mode: "affine", bits: 4, groupSize: 32 } as const;
  const stored = await openModelFolder(base);
  const usual = await planConversion(stored, { packing });
  expect(usual.dense).toEqual(layers.map((layer) => `${layer}.kv_b_proj`));
  const asked = { ...packing, layers: { "*.kv_b_proj": 8 } };
  const { packed } = await planConversion(stored, { packing: asked });
  expect(packed.get(`${layers[0]}.kv_b_proj`)?.bits).toBe(8);
});
