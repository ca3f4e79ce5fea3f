// From a configuration's data options to samples ready for training: rows read, checked, rendered, cut.
// What `train` trains on and `validate` reports is made here, once.
import { createHash } from "node:crypto";
import { type Dataset, type EncodedRows, encodeRows } from "../../data/index.ts";
import type { Renderer } from "../../text/types.ts";
import type { RunConfig } from "../config/schema.ts";
import { loadRunDataset } from "../data/run-dataset.ts";

export interface PreparedData {
  /** The file or folder that was read. */
  path: string;
  dataset: Dataset;
  train: EncodedRows;
  validation: EncodedRows;
}

/** Tells whether rows became the same tokens and weights: it moves with the rows, the template and the tokenizer. */
export function tokensDigest({ train, validation }: PreparedData): string {
  const hash = createHash("sha256");
  for (const { samples } of [train, validation]) {
    hash.update(`\n${samples.length}\n`);
    for (const { ids, weights } of samples) hash.update(ids).update(weights);
  }
  return hash.digest("hex");
}

/** Throws DataError with every bad row of every file. */
export async function prepareData(config: RunConfig, renderer: Renderer): Promise<PreparedData> {
  const { data } = config;
  const { path, dataset } = await loadRunDataset(config, renderer.takesTurns ? "chat" : "mlx");
  const options = { maskPolicy: data.mask, maxLength: data.max_length };
  return {
    path,
    dataset,
    train: encodeRows(dataset.train, renderer, options),
    validation: encodeRows(dataset.validation, renderer, options),
  };
}
