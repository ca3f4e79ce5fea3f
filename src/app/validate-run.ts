// Looks at a run before it starts: the data, how rows are rendered and masked, how long they are, what it needs.
// Trains nothing and writes nothing. Without the model's files it says what could not be looked at.
import { ProviderError } from "../core/errors.ts";
import { type Dataset, loadDataset } from "../data/dataset.ts";
import {
  encodeRows,
  type EncodedSample,
  type LengthHistogram,
  lengthHistogram,
} from "../data/encode.ts";
import type { Row } from "../data/rows.ts";
import { createRenderer, loadTokenizer, type MaskRun, showMask } from "../text/index.ts";
import type { Tokenizer } from "../text/types.ts";
import { type DownloadProgress, openCheckpointFolder, resolveModel } from "../weights/index.ts";
import { requireRunnable } from "./config/load.ts";
import { type ResolvedConfig, withOrigins } from "./config/resolve.ts";
import type { RunConfig } from "./config/schema.ts";
import { recommendationsFor, warningsFor } from "./config/warnings.ts";
import { trainingPath } from "./training-data.ts";

/** A row as the model will see it, cut into learned and other text. */
export interface RenderedSample {
  file: string;
  line: number;
  tokens: number;
  supervisedTokens: number;
  runs: MaskRun[];
}

export interface TokenReport {
  /** Over training rows, before any cut. */
  tokens: number;
  supervisedTokens: number;
  /** Rows longer than max_length, of which those with nothing left to learn are `dropped`. */
  truncated: number;
  dropped: number;
  histogram: LengthHistogram;
  samples: RenderedSample[];
}

export interface DataReport {
  files: { split: string; path: string; rows: number; sha256: string }[];
  rows: number;
  trainRows: number;
  validationRows: number;
  /** As "Dataset format: …". */
  formatLine: string;
  formats: Record<string, number>;
}

export interface MemoryTerm {
  name: string;
  bytes: number;
  formula: string;
}

export interface ValidationReport {
  valid: true;
  config: Record<string, unknown>;
  warnings: string[];
  recommendations: string[];
  /** Token figures are null when the model's files are not here. */
  data: DataReport & { [K in keyof TokenReport]: TokenReport[K] | null };
  memoryEstimateBytes: number | null;
  memory: MemoryTerm[];
  /** What could not be looked at, and why. */
  notes: string[];
}

export interface ValidateOptions {
  onDownload?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
}

const SHOWN_SAMPLES = 3;
const FIRST_BUCKET = 64;

interface ModelFiles {
  config: unknown;
  tokenizer: Tokenizer;
}

/** The model's configuration and tokenizer, or why they cannot be had now. */
async function modelFiles(
  { model }: RunConfig,
  options: ValidateOptions,
): Promise<ModelFiles | { problem: string }> {
  try {
    const { folder } = await resolveModel(model.name, {
      revision: model.revision ?? undefined,
      cacheDir: model.cache_dir ?? undefined,
      onProgress: options.onDownload,
      signal: options.signal,
    });
    const { config } = await openCheckpointFolder(folder);
    return { config, tokenizer: await loadTokenizer(folder) };
  } catch (error) {
    // without a network the rows can still be checked, so this is no reason to stop
    if (error instanceof ProviderError) return { problem: error.message };
    throw error;
  }
}

async function loadData(config: RunConfig, tokenizer: Tokenizer | undefined): Promise<Dataset> {
  const path = await trainingPath(config, tokenizer ?? { chatTemplate: undefined });
  return loadDataset(path, {
    format: config.data.format,
    validationFile: config.data.validation_file ?? undefined,
    validationSplit: config.data.validation_split,
    seed: config.seed,
  });
}

function dataReport(dataset: Dataset): DataReport {
  return {
    files: dataset.files,
    rows: dataset.summary.totalItems,
    trainRows: dataset.train.length,
    validationRows: dataset.validation.length,
    formatLine: dataset.formatLine,
    formats: dataset.summary.formatCounts,
  };
}

const learned = (weights: Float32Array): number =>
  weights.reduce((count, weight) => count + (weight === 0 ? 0 : 1), 0);

function renderedSample(
  { ids, weights, row }: EncodedSample,
  maxLength: number,
  tokenizer: Tokenizer,
): RenderedSample {
  const kept = { ids: [...ids.slice(0, maxLength)], weights: [...weights.slice(0, maxLength)] };
  return {
    file: row.file,
    line: row.line,
    tokens: ids.length,
    supervisedTokens: learned(weights),
    runs: showMask(kept, tokenizer),
  };
}

function tokenReport(rows: readonly Row[], { data }: RunConfig, tokenizer: Tokenizer): TokenReport {
  const renderer = createRenderer(tokenizer, { template: data.template });
  const whole = { maskPolicy: data.mask, maxLength: Number.MAX_SAFE_INTEGER };
  const { samples, dropped } = encodeRows(rows, renderer, whole);
  const lengths = samples.map(({ ids }) => ids.length);
  const long = samples.filter(({ ids }) => ids.length > data.max_length);
  const emptied = long.filter(({ weights }) => learned(weights.slice(1, data.max_length)) === 0);
  return {
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    supervisedTokens: samples.reduce((sum, { weights }) => sum + learned(weights), 0),
    truncated: long.length,
    dropped: dropped.length + emptied.length,
    histogram: lengthHistogram(lengths, FIRST_BUCKET),
    samples: samples
      .slice(0, SHOWN_SAMPLES)
      .map((sample) => renderedSample(sample, data.max_length, tokenizer)),
  };
}

const NO_TOKENS: { [K in keyof TokenReport]: null } = {
  tokens: null,
  supervisedTokens: null,
  truncated: null,
  dropped: null,
  histogram: null,
  samples: null,
};

interface MemoryReport {
  totalBytes: number | null;
  terms: MemoryTerm[];
}

async function memoryReport(
  config: RunConfig,
  model: ModelFiles,
  histogram: LengthHistogram,
): Promise<MemoryReport> {
  const { estimateMemory } = await import("../train/memory-estimate.ts");
  return estimateMemory(model.config, config, [
    Math.min(histogram.maximum, config.data.max_length),
  ]);
}

/**
 * Checks everything that can be checked without training. Throws what is wrong: ConfigError (exit 3),
 * DataError (4), ModelError (3, or 7 for malformed weights).
 */
export async function validateRun(
  resolved: ResolvedConfig,
  options: ValidateOptions = {},
): Promise<ValidationReport> {
  const { config } = resolved;
  requireRunnable(config);
  const model = await modelFiles(config, options);
  const known = "problem" in model ? undefined : model;
  const dataset = await loadData(config, known?.tokenizer);
  const tokens = known && tokenReport(dataset.train, config, known.tokenizer);
  const memory = known && tokens && (await memoryReport(config, known, tokens.histogram));
  return {
    valid: true,
    config: withOrigins(resolved),
    warnings: warningsFor(config),
    recommendations: recommendationsFor(config),
    data: { ...dataReport(dataset), ...(tokens ?? NO_TOKENS) },
    memoryEstimateBytes: memory?.totalBytes ?? null,
    memory: memory?.terms ?? [],
    notes: "problem" in model ? [`tokens and memory were not estimated: ${model.problem}`] : [],
  };
}
