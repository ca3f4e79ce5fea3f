// What every language model is to the rest of the program, and the usual decoder: embed, blocks, norm, head.
// The two halves are separate because losses on few rows, packing and preference training need them so.
import type { Tensor } from "../../mx/index.ts";
import { Embedding, Linear, Module, RMSNorm } from "../../nn/index.ts";
import { KVCache } from "./cache.ts";
import type { BaseConfig } from "./config.ts";
import { type BlockContext, blockContexts, type ForwardContext } from "./context.ts";

export abstract class LanguageModel extends Module {
  /** Where the blocks are, as a parameter path: "model.layers". */
  abstract readonly blockPath: string;
  abstract get blocks(): readonly Module[];
  /** ids (batch, length) int32 → (batch, length, hidden size). */
  abstract hidden(ids: Tensor, context?: ForwardContext): Tensor;
  /** (…, hidden size) → (…, vocabulary) logits. */
  abstract head(hidden: Tensor): Tensor;

  /** Longest text that the model can read, where it has learned each position, in tokens. */
  get positionLimit(): number | undefined {
    return undefined;
  }

  /** Longest text that it was made for, in tokens, where that is known. */
  get trainedLength(): number | undefined {
    return undefined;
  }

  /** Of tokens; by default the first embedding that is defined. */
  get embedding(): Embedding {
    for (const [, module] of this.modules()) if (module instanceof Embedding) return module;
    throw new RangeError("a language model without an embedding");
  }

  forward(ids: Tensor, context?: ForwardContext): Tensor {
    return this.head(this.hidden(ids, context));
  }

  /** One empty cache a block. */
  makeCache(): KVCache[] {
    return this.blocks.map(() => new KVCache());
  }
}

export interface Block extends Module {
  forward(x: Tensor, context: BlockContext): Tensor;
}

class Decoder extends Module {
  embed_tokens: Embedding;
  layers: Block[];
  norm: RMSNorm;

  constructor(config: BaseConfig, makeBlock: (layer: number) => Block) {
    super();
    this.embed_tokens = new Embedding(config.vocab_size, config.hidden_size);
    this.layers = Array.from({ length: config.num_hidden_layers }, (_, layer) => makeBlock(layer));
    this.norm = new RMSNorm(config.hidden_size, config.rms_norm_eps);
  }

  forward(ids: Tensor, context: ForwardContext): Tensor {
    const contexts = blockContexts(ids.dim(1), this.layers.length, context);
    let h = this.embed_tokens.forward(ids);
    for (const [index, layer] of this.layers.entries()) {
      h = layer.forward(h, contexts[index] as BlockContext);
    }
    return this.norm.forward(h);
  }
}

/** Names as in Llama checkpoints: model.embed_tokens, model.layers.N, model.norm, lm_head unless tied. */
export class CausalLM extends LanguageModel {
  readonly blockPath = "model.layers";
  model: Decoder;
  declare lm_head?: Linear;
  readonly #trainedLength: number;

  constructor(config: BaseConfig, makeBlock: (layer: number) => Block) {
    super();
    this.model = new Decoder(config, makeBlock);
    this.#trainedLength = config.max_position_embeddings;
    if (!config.tie_word_embeddings)
      this.lm_head = new Linear(config.hidden_size, config.vocab_size, { bias: false });
  }

  get blocks(): readonly Module[] {
    return this.model.layers;
  }

  override get trainedLength(): number {
    return this.#trainedLength;
  }

  hidden(ids: Tensor, context: ForwardContext = {}): Tensor {
    return this.model.forward(ids, context);
  }

  head(hidden: Tensor): Tensor {
    return this.lm_head?.forward(hidden) ?? this.model.embed_tokens.asLinear(hidden);
  }
}
