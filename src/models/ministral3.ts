// Ministral 3: Mistral's blocks, YaRN, and queries that grow with their position in long texts.
import { z } from "zod";
import type { Dtype, Tensor } from "../mx/index.ts";
import {
  baseConfig,
  type BlockContext,
  type CausalLM,
  causalModel,
  type DecoderNames,
  defineArchitecture,
  usualBlock,
} from "./kit/index.ts";
import { mistralRequires } from "./mistral.ts";

export const Ministral3Config = baseConfig.extend({
  model_type: z.literal("ministral3"),
  num_key_value_heads: z.int().positive().default(8),
  head_dim: z.int().positive().nullable().default(128),
  max_position_embeddings: z.int().positive().default(262_144),
  rms_norm_eps: z.number().positive().default(1e-5),
  sliding_window: z.int().positive().nullish(),
});
type Ministral3Config = z.infer<typeof Ministral3Config>;

/** Where config.json has no `rope_parameters`. */
const usualRope = {
  rope_type: "yarn",
  rope_theta: 1_000_000,
  factor: 16,
  original_max_position_embeddings: 16_384,
  beta_fast: 32,
  beta_slow: 1,
  mscale: 1,
  mscale_all_dim: 1,
  llama_4_scaling_beta: 0.1,
};

/** 1 + β·log(1 + ⌊position / original length⌋), as (1 or batch, 1, length, 1). */
function queryFactor(beta: number, length: number) {
  return (context: BlockContext, dtype: Dtype): Tensor => {
    const lengths = context.positions().floorDivide(length).astype("float32");
    const factors = lengths.log1p().mul(beta).add(1).astype(dtype).expandDims(-1);
    return factors.ndim === 2 ? factors : factors.expandDims(1);
  };
}

function block(config: Ministral3Config) {
  const rope = config.rope_parameters ?? config.rope_scaling ?? usualRope;
  const given = rope["llama_4_scaling_beta"];
  const beta = typeof given === "number" ? given : 0;
  const length = rope.original_max_position_embeddings ?? config.max_position_embeddings;
  return usualBlock(
    { ...config, rope_parameters: rope },
    {
      attention: {
        window: config.sliding_window ?? undefined,
        queryFactor: beta === 0 ? undefined : queryFactor(beta, length),
      },
    },
  );
}

/** The text model, also where it is part of another. */
export function buildMinistral3(config: Ministral3Config, names?: DecoderNames): CausalLM {
  return causalModel(config, () => block(config), names === undefined ? {} : { names });
}

export const ministral3 = defineArchitecture({
  config: Ministral3Config,
  requires: mistralRequires,
  build: (config) => buildMinistral3(config),
});
