// Granite 3 with experts: Granite's blocks and factors; each token's shares are among its experts alone.
import { z } from "zod";
import { readsOnly, type Recipe, rename, split } from "../weights/index.ts";
import { graniteKeys, graniteModel } from "./granite.ts";
import {
  balanceKeys,
  balanceOf,
  defineArchitecture,
  gatedExperts,
  knownActivation,
  SparseMlp,
} from "./kit/index.ts";

/** Keys of what Granite 4 has too. */
export const graniteExpertKeys = {
  ...balanceKeys,
  num_local_experts: z.int().nonnegative().default(8),
  num_experts_per_tok: z.int().positive().default(2),
};

const GraniteMoeConfig = graniteKeys.extend({
  ...graniteExpertKeys,
  model_type: z.literal("granitemoe"),
  num_local_experts: z.int().positive().default(8),
});
type GraniteExperts = z.infer<typeof graniteKeys> & z.infer<z.ZodObject<typeof graniteExpertKeys>>;

export function graniteExperts(config: GraniteExperts): SparseMlp {
  const { num_local_experts: count, intermediate_size: innerSize } = config;
  return new SparseMlp({
    hiddenSize: config.hidden_size,
    count,
    experts: gatedExperts(config, { count, innerSize }),
    routing: { chosen: config.num_experts_per_tok, scores: "softmax of chosen" },
    names: { router: "router.layer" },
  });
}

/** All experts' layers are one tensor, the gate's rows before those of what it lets through. */
export function graniteExpertRecipe(): Recipe {
  const part = "{path*}.block_sparse_moe";
  const stack = (layer: string): string => `${part}.switch_mlp.${layer}.weight`;
  const open = [stack("gate_proj"), stack("up_proj")];
  return [
    split(`${part}.input_linear.weight`, open, 2, 1),
    rename(`${part}.output_linear.weight`, stack("down_proj")),
    readsOnly(split(`${part}.experts.gate_up_proj`, open, 2, 1)),
    readsOnly(rename(`${part}.experts.down_proj`, stack("down_proj"))),
    readsOnly(rename(`${part}.router.weight`, `${part}.router.layer.weight`)),
  ];
}

export const granitemoe = defineArchitecture({
  config: GraniteMoeConfig,
  requires: [knownActivation()],
  build: (config) =>
    graniteModel(config, {
      block: () => ({ mlp: graniteExperts(config), mlpName: "block_sparse_moe" }),
      model: { balance: balanceOf(config, config.num_experts_per_tok) },
    }),
  recipe: graniteExpertRecipe,
});
