// Supervised fine-tuning: weighted next-token cross-entropy; with experts, how evenly they are used, where that is asked.
import { type Batch, collate, type EncodedRow, encodeRows } from "../../data/index.ts";
import type { Objective } from "./objective.ts";
import { batchArrays, learnedStates } from "./token-losses.ts";

export const supervised: Objective<EncodedRow, Batch> = {
  encode: encodeRows,
  collate: (units, options) =>
    collate(
      units.map((unit) => unit.flatMap(({ sequences }) => sequences)),
      options,
    ),
  arrays: batchArrays,
  loss: (model, batch, pass = {}) => {
    const { hidden, targets, weights: shares, imbalance } = learnedStates(model, batch, pass);
    const lossSum = model.headLossSum(hidden, { targets, shares }, pass.tokenLoss);
    // it belongs to the mean, which this becomes once it is divided
    return { lossSum: imbalance ? lossSum.add(imbalance.mul(shares.sum())) : lossSum };
  },
};
