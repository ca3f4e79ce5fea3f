// The registry of architectures: one file and one lazy line each, named as config.json's model_type.
// Extensions register theirs with `architectures.register`.
import { ModelError } from "../core/errors.ts";
import { Registry } from "../core/registry.ts";
import type { Architecture } from "./kit/index.ts";

type LazyArchitecture = () => Promise<Architecture>;

export const architectures = new Registry<LazyArchitecture>(
  {
    gpt2: async () => (await import("./gpt2.ts")).gpt2,
    llama: async () => (await import("./llama.ts")).llama,
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

/** Throws ModelError FT-MODEL-002 when config.json names no supported model_type. */
export async function architectureOf(config: unknown): Promise<Architecture> {
  const modelType = (config as { model_type?: unknown } | null)?.model_type;
  return await architectures.get(typeof modelType === "string" ? modelType : "")();
}
