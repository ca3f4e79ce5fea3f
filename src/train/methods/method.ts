// What a training method is to the loop: rows to learn from become a loss. The loop knows none by name.
import type { BlockModel } from "../../adapters/index.ts";
import type { Batch } from "../../data/index.ts";
import type { Tensor } from "../../mx/index.ts";

/** The part of a language model that training needs. */
export interface TrainableModel extends BlockModel {
  hidden(ids: Tensor): Tensor;
  head(hidden: Tensor): Tensor;
}

export interface Method {
  /** Sum over the batch of weight·(−log p); divide by the weights' sum for the mean. Builds a graph, evaluates nothing. */
  lossSum(model: TrainableModel, batch: Batch): Tensor;
  /** What `lossSum` is divided by. */
  weightSum(batch: Batch): number;
}
