// What every language model is to the rest of the program.
// The two halves are separate because losses on few rows, packing and preference training need them so.
import type { Tensor, TokenLossOptions } from "../../mx/index.ts";
import {
  type EmbeddingLike,
  isEmbeddingLike,
  lossesThroughHead,
  Module,
  plainTokenLoss,
} from "../../nn/index.ts";
import type { Balance } from "./balance.ts";
import { cacheFor } from "./block.ts";
import type { CacheOptions, LayerCache } from "./caches/index.ts";
import type { ForwardContext } from "./context.ts";

export abstract class LanguageModel extends Module {
  /** Where the blocks are, as a parameter path: "model.layers". */
  abstract readonly blockPath: string;
  abstract get blocks(): readonly Module[];
  /** ids (batch, length) int32 → (batch, length, hidden size). */
  abstract hidden(ids: Tensor, context?: ForwardContext): Tensor;
  /** (…, hidden size) → (…, vocabulary) logits. */
  abstract head(hidden: Tensor): Tensor;

  /**
   * −log p of each target, and what the options add: `head`'s logits, of which only a part is there at a time.
   * hidden (rows, hidden size), targets (rows) int32 → (rows) float32.
   */
  headLosses(hidden: Tensor, targets: Tensor, options: TokenLossOptions = plainTokenLoss): Tensor {
    const head = {
      module: this.headModule,
      classes: this.embedding.count,
      forward: (rows: Tensor) => this.head(rows),
    };
    return lossesThroughHead(head, hidden, targets, options);
  }

  /** Σ shares · `headLosses`; shares (rows) float32 have no gradient. A scalar. */
  headLossSum(
    hidden: Tensor,
    told: { targets: Tensor; shares: Tensor },
    options: TokenLossOptions = plainTokenLoss,
  ): Tensor {
    return this.headLosses(hidden, told.targets, options).mul(told.shares).sum();
  }

  /** Where the parameters are that `head` depends on. */
  protected get headModule(): Module {
    return this;
  }

  /** Longest text that the model can read, where it has learned each position, in tokens. */
  get positionLimit(): number | undefined {
    return undefined;
  }

  /** Longest text that it was made for, in tokens, where that is known. */
  get trainedLength(): number | undefined {
    return undefined;
  }

  /** Whether several texts in a row may go on from one beginning: not where a layer's state runs through the row. */
  get sharesBeginnings(): boolean {
    return ![...this.modules()].some(([, module]) => "hasRunningState" in module);
  }

  /** How its routers are balanced in training, where it has some. */
  get balance(): Balance | undefined {
    return undefined;
  }

  /** Of tokens; by default the first embedding that is defined. */
  get embedding(): EmbeddingLike {
    for (const [, module] of this.modules()) if (isEmbeddingLike(module)) return module;
    throw new RangeError("a language model without an embedding");
  }

  forward(ids: Tensor, context?: ForwardContext): Tensor {
    return this.head(this.hidden(ids, context));
  }

  /** One empty cache a block. */
  makeCache(options: CacheOptions = {}): LayerCache[] {
    return this.blocks.map((block) => cacheFor(block, options));
  }
}
