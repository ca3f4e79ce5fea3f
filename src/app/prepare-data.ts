// From a configuration's data options to samples ready for training: rows read, checked, rendered, cut.
// What `train` trains on and `validate` reports is made here, once.
import { createHash } from "node:crypto";
import {
  type Dataset,
  defaultDataset,
  type EncodedRows,
  encodeRows,
  loadDataset,
} from "../data/index.ts";
import { BUILTIN_DATASET } from "../data/options.ts";
import type { Renderer } from "../text/types.ts";
import type { RunConfig } from "./config/schema.ts";

export interface PreparedData {
  /** The file or folder that was read. */
  path: string;
  dataset: Dataset;
  train: EncodedRows;
  validation: EncodedRows;
}

/** The shipped set in the form the template wants, when the configuration names no other. */
async function dataPath(config: RunConfig, renderer: Renderer): Promise<string> {
  const named = config.data.train_file;
  if (named !== BUILTIN_DATASET) return named;
  return await defaultDataset(renderer.takesTurns ? "chat" : "mlx");
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
  const { data, seed } = config;
  const path = await dataPath(config, renderer);
  const dataset = await loadDataset(path, {
    format: data.format,
    validationFile: data.validation_file ?? undefined,
    validationSplit: data.validation_split,
    seed,
  });
  const options = { maskPolicy: data.mask, maxLength: data.max_length };
  return {
    path,
    dataset,
    train: encodeRows(dataset.train, renderer, options),
    validation: encodeRows(dataset.validation, renderer, options),
  };
}
