// Supervised fine-tuning: weighted next-token cross-entropy.
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
    const { hidden, targets, weights: shares } = learnedStates(model, batch, pass);
    return { lossSum: model.headLossSum(hidden, { targets, shares }, pass.tokenLoss) };
  },
};
