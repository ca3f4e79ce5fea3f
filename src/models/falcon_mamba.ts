// Falcon Mamba: Mamba whose steps, before their projection, and what is written and read are normed, without weights.
import { z } from "zod";
import { PlainRMSNorm } from "../nn/index.ts";
import { defineArchitecture, knownActivation, mambaRecipe } from "./kit/index.ts";
import { buildMamba, MambaConfig, mambaShape } from "./mamba.ts";

const FalconMambaConfig = MambaConfig.extend({
  model_type: z.literal("falcon_mamba"),
  mixer_rms_eps: z.number().positive().default(1e-6),
});

export const falcon_mamba = defineArchitecture({
  config: FalconMambaConfig,
  requires: [knownActivation()],
  build: (config) => {
    const norm = (): PlainRMSNorm => new PlainRMSNorm(config.mixer_rms_eps);
    return buildMamba(config, () => ({
      ...mambaShape(config),
      norms: { dt_layernorm: norm(), b_layernorm: norm(), c_layernorm: norm() },
    }));
  },
  recipe: mambaRecipe,
});
