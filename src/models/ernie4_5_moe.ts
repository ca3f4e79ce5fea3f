// ERNIE 4.5 with experts: its dense blocks below and between sparse ones, whose choice a bias moves. Layers that predict
// further tokens are left alone.
import { z } from "zod";
import { type Tensor, zeros } from "../mx/index.ts";
import { computed, convert, drop, folded, readsOnly } from "../weights/index.ts";
import { ernieBlock, ernieKeys } from "./ernie4_5.ts";
import {
  balanceKeys,
  balanceOf,
  activationOf,
  causalModel,
  type Converted,
  defineArchitecture,
  expertRecipe,
  gatedExperts,
  GatedMlp,
  knownActivation,
  SparseMlp,
  type Stages,
} from "./kit/index.ts";

const Ernie45MoeConfig = ernieKeys.extend({
  ...balanceKeys,
  model_type: z.literal("ernie4_5_moe"),
  num_key_value_heads: z.int().positive().nullable().default(4),
  head_dim: z.int().positive().nullish(),
  moe_intermediate_size: z.int().positive().default(1536),
  moe_k: z.int().positive().default(6),
  moe_num_experts: z.int().positive().default(64),
  moe_num_shared_experts: z.int().nonnegative().default(2),
  moe_layer_start_index: z.int().nonnegative().default(1),
  moe_layer_end_index: z.int().min(-1).default(-1),
  moe_layer_interval: z.int().positive().default(1),
  moe_norm_min: z.number().nonnegative().default(1e-12),
});
type Ernie45MoeConfig = z.infer<typeof Ernie45MoeConfig>;

function isSparse(config: Ernie45MoeConfig, layer: number): boolean {
  const { moe_layer_start_index: first, moe_layer_end_index: last, moe_layer_interval } = config;
  if ((layer + 1) % moe_layer_interval !== 0 || layer < first) return false;
  return last === -1 || layer <= last;
}

function sparseMlp(config: Ernie45MoeConfig): SparseMlp {
  const { hidden_size: hiddenSize, moe_num_experts: count, use_bias: bias } = config;
  const { moe_intermediate_size: innerSize, moe_num_shared_experts } = config;
  const activation = activationOf(config.hidden_act);
  const sharedSize = innerSize * moe_num_shared_experts;
  return new SparseMlp({
    hiddenSize,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: {
      chosen: config.moe_k,
      scores: "softmax",
      normalized: { atLeast: config.moe_norm_min },
      isPrecise: true,
    },
    selectionBias: true,
    ...(sharedSize > 0 && { shared: new GatedMlp(hiddenSize, sharedSize, { bias, activation }) }),
  });
}

/** mlx-lm leaves out what moves the choice: then nothing does. */
function published({ moe_num_experts: count }: Ernie45MoeConfig, { found }: Converted): Stages {
  const names = [...found.keys()];
  const isLeftOut = !names.some((name) => name.endsWith("e_score_correction_bias"));
  if (!isLeftOut || !names.some((name) => name.includes(".switch_mlp."))) return [];
  const gate = "{path*}.mlp.gate.weight";
  const beside = computed(
    {
      shapes: ([shape = []]) => [shape, [1, count]],
      tensors: ([weight]) => [weight as Tensor, zeros([1, count], "float32")],
    },
    { shapes: ([shape = []]) => [shape], tensors: ([weight]) => [weight as Tensor] },
  );
  const bias = "{path*}.mlp.moe_statics.e_score_correction_bias";
  return [[readsOnly(convert(gate, [gate, bias], beside))]];
}

export const ernie4_5_moe = defineArchitecture({
  config: Ernie45MoeConfig,
  requires: [knownActivation()],
  build: (config) => {
    const block = (layer: number) =>
      ernieBlock(config, isSparse(config, layer) ? { mlp: sparseMlp(config) } : {});
    return causalModel(config, block, {
      balance: balanceOf(config, config.moe_k),
      head: { bias: config.use_bias },
    });
  },
  recipe: () => {
    const bias = "{path*}.mlp.e_score_correction_bias";
    const moved = (from: string) => convert(from, bias, folded(0, [1, -1]));
    return [
      drop("model.mtp_{rest*}"),
      moved("{path*}.mlp.moe_statics.e_score_correction_bias"),
      readsOnly(moved("{path*}.mlp.gate.moe_statics.e_score_correction_bias")),
      ...expertRecipe(),
    ];
  },
  published,
});
