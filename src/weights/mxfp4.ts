// Experts in floats of four bits with a power of two for each 32, as gpt-oss is published: told in MLX's words, whose
// format it is. How its bytes lie in tensors is the architecture's recipe.
import type { StoredModel } from "./stored-model.ts";

const quantization = { group_size: 32, bits: 4, mode: "mxfp4" };

/** The same model with what its config says of packed weights in MLX's words too; one of another kind as it is. */
export function toldAsMlx(stored: StoredModel): StoredModel {
  const config = stored.config as Readonly<Record<string, unknown>>;
  const foreign = config["quantization_config"] as { quant_method?: unknown } | null | undefined;
  if (foreign?.quant_method !== "mxfp4" || config["quantization"] !== undefined) return stored;
  return { ...stored, config: { ...config, quantization } };
}
