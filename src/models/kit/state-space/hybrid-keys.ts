// The keys by which hybrids tell their Mamba-2 layers: Bamba's, which Granite 4 and Falcon-H1 took over.
import { z } from "zod";
import { type BaseConfig, stepLimits } from "../config.ts";
import { activationOf } from "../mlp.ts";
import type { Mamba2Shape } from "./mamba2-mixer.ts";

const size = z.int().positive().max(10_000_000);

export const hybridKeys = {
  mamba_n_heads: size.default(128),
  mamba_expand: size.default(2),
  mamba_n_groups: size.default(1),
  mamba_d_state: size.default(256),
  mamba_d_conv: size.default(4),
  mamba_conv_bias: z.boolean().default(true),
  mamba_proj_bias: z.boolean().default(false),
  time_step_limit: stepLimits,
};
type HybridKeys = BaseConfig & z.infer<z.ZodObject<typeof hybridKeys>>;

export function hybridShape(config: HybridKeys): Mamba2Shape {
  const { hidden_size, mamba_n_heads: heads, mamba_expand, mamba_proj_bias: bias } = config;
  return {
    hiddenSize: hidden_size,
    heads,
    headSize: (mamba_expand * hidden_size) / heads,
    groups: config.mamba_n_groups,
    stateSize: config.mamba_d_state,
    width: config.mamba_d_conv,
    activation: activationOf(config.hidden_act),
    bias: { input: bias, convolution: config.mamba_conv_bias, output: bias },
    stepLimits: config.time_step_limit ?? undefined,
    norm: { eps: config.rms_norm_eps },
  };
}
