// What most decoders tell in GGUF, from their configuration. decoder.ts reads the same.
import { f32, u32 } from "../entries.ts";
import type { ModelConfig } from "./model-config.ts";
import type { GgufWriting, Keys } from "./writing.ts";
import { ropeKeys, unknownRope } from "./written-rope.ts";

export function decoderKeys(config: ModelConfig): Keys {
  const size = (key: string) => u32(config.number(key));
  return {
    vocab_size: size("vocab_size"),
    context_length: size("max_position_embeddings"),
    embedding_length: size("hidden_size"),
    block_count: size("num_hidden_layers"),
    feed_forward_length: size("intermediate_size"),
    "attention.head_count": u32(config.heads),
    "attention.head_count_kv": u32(config.keyHeads),
    "attention.key_length": u32(config.headSize),
    "attention.value_length": u32(config.headSize),
    "attention.layer_norm_rms_epsilon": f32(config.number("rms_norm_eps")),
    ...ropeKeys(config),
  };
}

/** A family like most: what it has beside comes over the usual. */
export function writtenDecoder(
  architecture: string,
  {
    keys,
    ropes = [],
    refuses,
    ...more
  }: Partial<Omit<GgufWriting, "architecture">> & {
    /** Kinds of stretched positions beside linear and YaRN's that it tells. */
    ropes?: readonly string[];
  } = {},
): GgufWriting {
  return {
    architecture,
    keys: (config) => ({ ...decoderKeys(config), ...keys?.(config) }),
    refuses: (config) => [...unknownRope(config, ropes), ...(refuses?.(config) ?? [])],
    ...more,
  };
}
