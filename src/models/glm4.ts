// GLM-4 of April 2025: GLM's blocks with a norm behind each half too.
import { z } from "zod";
import { glmBlock, glmKeys, glmRequires } from "./glm.ts";
import { causalModel, defineArchitecture } from "./kit/index.ts";

const normNames = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_self_attn_layernorm",
  beforeMlp: "post_attention_layernorm",
  afterMlp: "post_mlp_layernorm",
};

export const glm4 = defineArchitecture({
  config: glmKeys.extend({ model_type: z.literal("glm4") }),
  requires: glmRequires,
  build: (config) => causalModel(config, () => glmBlock(config, { normNames })),
});
