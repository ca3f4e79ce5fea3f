// The registry of architectures: one file and one lazy line each, named as config.json's model_type.
// Extensions register theirs with `architectures.register`.
import { ModelError } from "../core/errors.ts";
import { Registry } from "../core/registry.ts";
import type { Architecture } from "./kit/index.ts";

type LazyArchitecture = () => Promise<Architecture>;

/** Architectures by the `model_type` of config.json; registering one makes it available everywhere. */
export const architectures = new Registry<LazyArchitecture>(
  {
    apertus: async () => (await import("./apertus.ts")).apertus,
    bamba: async () => (await import("./bamba.ts")).bamba,
    bloom: async () => (await import("./bloom.ts")).bloom,
    codegen: async () => (await import("./codegen.ts")).codegen,
    cohere: async () => (await import("./cohere.ts")).cohere,
    cohere2: async () => (await import("./cohere2.ts")).cohere2,
    deepseek_v2: async () => (await import("./deepseek_v2.ts")).deepseek_v2,
    deepseek_v3: async () => (await import("./deepseek_v3.ts")).deepseek_v3,
    dots1: async () => (await import("./dots1.ts")).dots1,
    ernie4_5: async () => (await import("./ernie4_5.ts")).ernie4_5,
    ernie4_5_moe: async () => (await import("./ernie4_5_moe.ts")).ernie4_5_moe,
    exaone4: async () => (await import("./exaone4.ts")).exaone4,
    falcon: async () => (await import("./falcon.ts")).falcon,
    falcon_h1: async () => (await import("./falcon_h1.ts")).falcon_h1,
    falcon_mamba: async () => (await import("./falcon_mamba.ts")).falcon_mamba,
    gemma: async () => (await import("./gemma.ts")).gemma,
    gemma2: async () => (await import("./gemma2.ts")).gemma2,
    gemma3: async () => (await import("./gemma3.ts")).gemma3,
    gemma3_text: async () => (await import("./gemma3_text.ts")).gemma3_text,
    gemma3n: async () => (await import("./gemma3n.ts")).gemma3n,
    gemma3n_text: async () => (await import("./gemma3n_text.ts")).gemma3n_text,
    gemma4: async () => (await import("./gemma4.ts")).gemma4,
    gemma4_text: async () => (await import("./gemma4_text.ts")).gemma4_text,
    gemma4_unified: async () => (await import("./gemma4_unified.ts")).gemma4_unified,
    gemma4_unified_text: async () => (await import("./gemma4_unified_text.ts")).gemma4_unified_text,
    glm: async () => (await import("./glm.ts")).glm,
    glm4: async () => (await import("./glm4.ts")).glm4,
    glm4_moe: async () => (await import("./glm4_moe.ts")).glm4_moe,
    glm4_moe_lite: async () => (await import("./glm4_moe_lite.ts")).glm4_moe_lite,
    gpt2: async () => (await import("./gpt2.ts")).gpt2,
    gpt_bigcode: async () => (await import("./gpt_bigcode.ts")).gpt_bigcode,
    gpt_neo: async () => (await import("./gpt_neo.ts")).gpt_neo,
    gpt_neox: async () => (await import("./gpt_neox.ts")).gpt_neox,
    gpt_oss: async () => (await import("./gpt_oss.ts")).gpt_oss,
    gptj: async () => (await import("./gptj.ts")).gptj,
    granite: async () => (await import("./granite.ts")).granite,
    granite_swa: async () => (await import("./granite_swa.ts")).granite_swa,
    granitemoe: async () => (await import("./granitemoe.ts")).granitemoe,
    granitemoehybrid: async () => (await import("./granitemoehybrid.ts")).granitemoehybrid,
    helium: async () => (await import("./helium.ts")).helium,
    hunyuan_v1_dense: async () => (await import("./hunyuan_v1_dense.ts")).hunyuan_v1_dense,
    internlm2: async () => (await import("./internlm2.ts")).internlm2,
    internlm3: async () => (await import("./internlm3.ts")).internlm3,
    jamba: async () => (await import("./jamba.ts")).jamba,
    lfm2: async () => (await import("./lfm2.ts")).lfm2,
    lfm2_moe: async () => (await import("./lfm2_moe.ts")).lfm2_moe,
    lfm3: async () => (await import("./lfm3.ts")).lfm3,
    llama: async () => (await import("./llama.ts")).llama,
    llama4: async () => (await import("./llama4.ts")).llama4,
    llama4_text: async () => (await import("./llama4_text.ts")).llama4_text,
    mamba: async () => (await import("./mamba.ts")).mamba,
    mamba2: async () => (await import("./mamba2.ts")).mamba2,
    minicpm3: async () => (await import("./minicpm3.ts")).minicpm3,
    minimax_m2: async () => (await import("./minimax_m2.ts")).minimax_m2,
    ministral3: async () => (await import("./ministral3.ts")).ministral3,
    mistral: async () => (await import("./mistral.ts")).mistral,
    mistral3: async () => (await import("./mistral3.ts")).mistral3,
    mixtral: async () => (await import("./mixtral.ts")).mixtral,
    nemotron: async () => (await import("./nemotron.ts")).nemotron,
    nemotron_h: async () => (await import("./nemotron_h.ts")).nemotron_h,
    olmo: async () => (await import("./olmo.ts")).olmo,
    olmo2: async () => (await import("./olmo2.ts")).olmo2,
    olmo3: async () => (await import("./olmo3.ts")).olmo3,
    olmo_hybrid: async () => (await import("./olmo_hybrid.ts")).olmo_hybrid,
    olmoe: async () => (await import("./olmoe.ts")).olmoe,
    opt: async () => (await import("./opt.ts")).opt,
    phi: async () => (await import("./phi.ts")).phi,
    phi3: async () => (await import("./phi3.ts")).phi3,
    phimoe: async () => (await import("./phimoe.ts")).phimoe,
    qwen2: async () => (await import("./qwen2.ts")).qwen2,
    qwen2_moe: async () => (await import("./qwen2_moe.ts")).qwen2_moe,
    qwen3: async () => (await import("./qwen3.ts")).qwen3,
    qwen3_5: async () => (await import("./qwen3_5.ts")).qwen3_5,
    qwen3_5_moe: async () => (await import("./qwen3_5_moe.ts")).qwen3_5_moe,
    qwen3_5_moe_text: async () => (await import("./qwen3_5_moe_text.ts")).qwen3_5_moe_text,
    qwen3_5_text: async () => (await import("./qwen3_5_text.ts")).qwen3_5_text,
    qwen3_moe: async () => (await import("./qwen3_moe.ts")).qwen3_moe,
    qwen3_next: async () => (await import("./qwen3_next.ts")).qwen3_next,
    seed_oss: async () => (await import("./seed_oss.ts")).seed_oss,
    smollm3: async () => (await import("./smollm3.ts")).smollm3,
    stablelm: async () => (await import("./stablelm.ts")).stablelm,
    starcoder2: async () => (await import("./starcoder2.ts")).starcoder2,
    youtu: async () => (await import("./youtu.ts")).youtu,
  },
  ({ name, known, nearest }) =>
    new ModelError("FT-MODEL-002", {
      message: `Unknown model type '${name}'. Supported: [${known.join(", ")}]`,
      hint:
        nearest === undefined
          ? "choose a model of a supported type: ft models list"
          : `did you mean '${nearest}'? config.json's model_type says which it is`,
    }),
);

/** A repository that brings the code of its model, in Python. */
function ownCode(config: unknown): string[] {
  const map = (config as { auto_map?: unknown } | null)?.auto_map;
  if (typeof map !== "object" || map === null) return [];
  const places = Object.values(map).filter((place) => typeof place === "string");
  return [...new Set(places.map((place) => `${place.split("--").at(-1)?.split(".")[0]}.py`))];
}

function refuseOwnCode(type: string, files: readonly string[]): ModelError {
  return new ModelError("FT-MODEL-033", {
    message:
      `'${type}' models need Python code from their repository (${files.join(", ")}), which is never run: ` +
      `architectures are built in. Supported: [${architectures.names().join(", ")}]`,
    hint: "choose a model of a supported type: ft models search NAME",
  });
}

/** Throws ModelError FT-MODEL-033 for a type that only the repository's own code knows; FT-MODEL-002 when config.json names no supported model_type. */
export async function architectureOf(config: unknown): Promise<Architecture> {
  const modelType = (config as { model_type?: unknown } | null)?.model_type;
  const type = typeof modelType === "string" ? modelType : "";
  const files = architectures.has(type) ? [] : ownCode(config);
  if (files.length > 0) throw refuseOwnCode(type, files);
  return await architectures.get(type)();
}
