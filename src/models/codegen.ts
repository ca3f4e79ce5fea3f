// CodeGen: GPT-J's blocks; queries, values and keys are one layer, in four parts of each.
import { z } from "zod";
import type { Tensor } from "../mx/index.ts";
import { Linear } from "../nn/index.ts";
import { drop, type Recipe } from "../weights/index.ts";
import { buildGptj, gptjConfig, gptjRequires } from "./gptj.ts";
import {
  type AttentionShape,
  defineArchitecture,
  HeadedAttention,
  type Projections,
  wholeHeads,
} from "./kit/index.ts";

/** As many machines trained it, each some of the heads. */
const parts = 4;

const CodegenConfig = gptjConfig
  .extend({ model_type: z.literal("codegen") })
  .refine(...wholeHeads("n_embd", "n_head"))
  .refine(({ n_head }) => n_head % parts === 0, {
    path: ["n_head"],
    error: "is not a multiple of 4",
  });

class CodegenAttention extends HeadedAttention {
  declare qkv_proj: Linear;

  constructor(shape: AttentionShape) {
    const layer = new Linear(shape.hiddenSize, 3 * shape.hiddenSize, { bias: false });
    super(shape, { qkv_proj: layer });
  }

  protected project(x: Tensor): Projections {
    const [batch = 1, length = 1, width = 1] = x.shape;
    const [queries, values, keys] = this.qkv_proj
      .forward(x)
      .reshape(batch, length, parts, 3 * (width / parts))
      .split(3)
      .map((part) => part.reshape(batch, length, width)) as [Tensor, Tensor, Tensor];
    return { queries, keys, values };
  }
}

const recipe: Recipe = [drop("{path*}.attn.[bias|causal_mask|masked_bias|embed_positions]")];

export const codegen = defineArchitecture({
  config: CodegenConfig,
  requires: gptjRequires,
  build: (config) => buildGptj(config, (shape) => new CodegenAttention(shape)),
  recipe: () => recipe,
});
