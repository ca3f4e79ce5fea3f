// Looks at a run before it starts: the data, how rows are rendered and masked, how long they are, what it needs.
// Trains nothing and writes nothing. Without the model's files it says what could not be looked at.
import { NativeError, ProviderError } from "../../core/errors.ts";
import { windowsPerEpoch } from "../../data/batches.ts";
import type { Dataset } from "../../data/dataset.ts";
import { isDocument } from "../../data/documents.ts";
import {
  type EncodedRow,
  isTooLong,
  learnedCount,
  type LengthHistogram,
  lengthHistogram,
  tokenCount,
} from "../../data/encode.ts";
import type { LostRow } from "../../data/lost-rows.ts";
import type { Row, RowProblem } from "../../data/rows.ts";
import { type OpenedModel, openModel, precisionWarnings } from "../../models/open-model.ts";
import { describeBackend } from "../../mx/index.ts";
import { type MaskRun, readTemplate, showMask } from "../../text/index.ts";
import { hasReasoning } from "../../text/reasoning.ts";
import type { Masking, Renderer, Tokenizer } from "../../text/types.ts";
import type { MemoryEstimate, MemoryTerm } from "../../train/memory-estimate.ts";
import { totalSteps, warmupThatFits } from "../../train/options.ts";
import { type ResolvedConfig, withOrigins } from "../config/resolve.ts";
import type { RunConfig } from "../config/schema.ts";
import { recommendationsFor, warningsFor } from "../config/warnings.ts";
import { loadRunDataset } from "../data/run-dataset.ts";
import { checkRun } from "./check-run.ts";
import { type FittingRun, fitRun } from "./fit-run.ts";
import { type PackingReport, packingReport, runShapes } from "./lay-out-rows.ts";
import { lostNotices, lostRowsOf } from "./lost-rows.ts";
import { memoryNotices, type MemoryPlan } from "./memory-plan.ts";

/** A row as the model will see it, cut into learned and other text. */
export interface RenderedSample {
  file: string;
  line: number;
  /** Its number in a JSON array, from 1. */
  item?: number;
  tokens: number;
  supervisedTokens: number;
  runs: MaskRun[];
}

export interface TokenReport {
  /** Over training rows, before any cut. */
  tokens: number;
  supervisedTokens: number;
  /** Of thoughts before answers, as the template writes them, learned or not. */
  reasoningTokens: number;
  /** Rows longer than max_length. */
  truncated: number;
  /** Rows that are left out: with nothing to learn, before or after the cut, or too long where that is asked. */
  dropped: number;
  /** Every row, of those to train and to validate on, that is not learned whole. */
  lost: LostRow[];
  histogram: LengthHistogram;
  samples: RenderedSample[];
}

/** How the rows to train on fill batches. */
export interface BatchReport {
  /** Shapes, rows by positions, of the batches of the whole run, those of validation rows among them. */
  shapes: number;
  /** Share of the positions trained on that hold no token. */
  padding: number;
  /** Null when every row stands alone. */
  packed: PackingReport | null;
  /** Documents to train on, and the windows that they were cut into; null where there are none. */
  documents: { documents: number; windows: number } | null;
}

export interface DataReport {
  files: { split: string; path: string; rows: number; sha256: string }[];
  rows: number;
  trainRows: number;
  validationRows: number;
  /** As "Dataset format: …". */
  formatLine: string;
  formats: Record<string, number>;
  /** What is wrong with the rows that would be left out; none unless that is asked for. */
  skipped: RowProblem[];
}

export interface ValidationReport {
  valid: true;
  config: Record<string, unknown>;
  warnings: string[];
  recommendations: string[];
  /** Token figures are null when the model's files are not here. */
  data: DataReport & OrNull<TokenReport & BatchReport>;
  /** Optimizer steps of the run, and of one pass over the rows; of rows as they are, without the model's files. */
  steps: { total: number; perEpoch: number };
  memoryEstimateBytes: number | null;
  memory: MemoryTerm[];
  /** Whether that is there, and what would need less; null without the model's files. */
  memoryPlan: MemoryPlan | null;
  /** What could not be looked at, and why. */
  notes: string[];
}

type OrNull<T> = { [K in keyof T]: T[K] | null };

const LISTED = "--json lists them all";
const SHOWN_SAMPLES = 3;
const FIRST_BUCKET = 64;

/** The model without its weights, or why it cannot be had now. */
async function openedModel(config: RunConfig): Promise<OpenedModel | { problem: string }> {
  try {
    return await openModel(config.model, { leaveWeights: true });
  } catch (error) {
    // without a network the rows can still be checked, so this is no reason to stop
    if (error instanceof ProviderError) return { problem: error.message };
    throw error;
  }
}

function dataReport(dataset: Dataset): DataReport {
  return {
    files: dataset.files,
    rows: dataset.summary.totalItems,
    trainRows: dataset.train.length,
    validationRows: dataset.validation.length,
    formatLine: dataset.formatLine,
    formats: dataset.summary.formatCounts,
    skipped: dataset.skipped,
  };
}

function renderedSample(sample: EncodedRow, tokenizer: Tokenizer): RenderedSample {
  const { file, line, item } = sample.row;
  return {
    file,
    line,
    ...(item !== undefined && { item }),
    tokens: tokenCount(sample),
    supervisedTokens: learnedCount(sample),
    runs: sample.sequences.flatMap(({ ids, weights }) => {
      return showMask({ ids: [...ids], weights: [...weights] }, tokenizer);
    }),
  };
}

/** Figures over rows that were rendered without a cut. */
function tokenReport(
  { whole, data: cut, config, renderer }: FittingRun,
  tokenizer: Tokenizer,
): TokenReport {
  const { samples } = whole.train;
  const { data } = config;
  const lengths = samples.flatMap(({ sequences }) => sequences.map(({ ids }) => ids.length));
  const long = samples.filter(
    (sample) => !isDocument(sample) && isTooLong(sample, data.max_length),
  );
  return {
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    supervisedTokens: samples.reduce((sum, sample) => sum + learnedCount(sample), 0),
    reasoningTokens: reasoningTokens(
      samples.map(({ row }) => row),
      whole,
      renderer,
    ),
    truncated: long.length,
    dropped: cut.train.dropped.length,
    lost: lostRowsOf(cut, config),
    histogram: lengthHistogram(lengths, FIRST_BUCKET),
    samples: cut.train.samples
      .slice(0, SHOWN_SAMPLES)
      .map((sample) => renderedSample(sample, tokenizer)),
  };
}

/** Tokens that are learned with thoughts and not without them, where every token that can be is learned. */
function reasoningTokens(
  rows: readonly Row[],
  { objective }: Pick<FittingRun["whole"], "objective">,
  renderer: Renderer,
): number {
  const thinking = rows.filter(({ sample }) => hasReasoning(sample));
  const count = (reasoning: Masking["reasoning"]): number => {
    const maskPolicy: Masking = { turns: "all", reasoning, emptyThoughts: true };
    const { samples } = objective.encode(thinking, { renderer, maskPolicy });
    return samples
      .flatMap(({ sequences }) => sequences)
      .reduce((sum, { weights }) => sum + weights.filter((weight) => weight !== 0).length, 0);
  };
  return thinking.length === 0 ? 0 : count("keep") - count("mask");
}

const NO_TOKENS: OrNull<TokenReport & BatchReport> = {
  tokens: null,
  supervisedTokens: null,
  reasoningTokens: null,
  truncated: null,
  dropped: null,
  lost: null,
  histogram: null,
  samples: null,
  shapes: null,
  padding: null,
  packed: null,
  documents: null,
};

interface Looked {
  dataset: Dataset;
  tokens: OrNull<TokenReport & BatchReport>;
  stepsPerEpoch: number;
  memory: MemoryEstimate | undefined;
  memoryPlan: MemoryPlan | null;
  /** Of the model, the tuning and these rows. */
  notices: string[];
}

function documentReport({ whole, data }: FittingRun): BatchReport["documents"] {
  const documents = whole.train.samples.filter(isDocument).length;
  return documents === 0
    ? null
    : { documents, windows: data.train.samples.filter(isDocument).length };
}

async function lookWith(
  config: RunConfig,
  model: OpenedModel,
  onFitted?: (fitting: FittingRun) => void,
): Promise<Looked> {
  const fitting = await fitRun(config, model, readTemplate(config.data.template));
  onFitted?.(fitting);
  const { whole, layout, memory, notices, config: settled } = fitting;
  const tokens = tokenReport(fitting, model.tokenizer);
  const stepsPerEpoch = layout.batches.windowsPerEpoch;
  const steps = totalSteps(config.optimization, stepsPerEpoch);
  const { shapes, padding } = runShapes(layout, settled, steps);
  const memoryPlan = await fitting.planMemory();
  return {
    dataset: whole.dataset,
    tokens: {
      ...tokens,
      shapes: shapes.length,
      padding,
      packed: packingReport(settled, layout),
      documents: documentReport(fitting),
    },
    stepsPerEpoch,
    memory,
    memoryPlan,
    notices: [
      ...lostNotices(fitting.data, settled, LISTED),
      ...notices,
      ...memoryNotices(memoryPlan),
    ],
  };
}

/** Without the model: every row is one to train on, as far as anyone can tell. */
async function lookWithout(config: RunConfig): Promise<Looked> {
  const { dataset } = await loadRunDataset(config, "chat");
  const { batch_size, gradient_accumulation_steps } = config.optimization;
  const rows = dataset.train.length;
  const stepsPerEpoch = windowsPerEpoch(rows, batch_size, gradient_accumulation_steps);
  const unknown = { tokens: NO_TOKENS, memory: undefined, memoryPlan: null };
  return { dataset, stepsPerEpoch, ...unknown, notices: [] };
}

/** What only the number of rows can tell. */
function stepWarnings({ optimization }: RunConfig, stepsPerEpoch: number): string[] {
  const steps = totalSteps(optimization, stepsPerEpoch);
  const { warmupSteps, shortened } = warmupThatFits(optimization, steps);
  if (!shortened) return [];
  return [
    `Warm-up of ${optimization.warmup_steps} steps is not shorter than the run of ${steps} steps: ` +
      `it is shortened to ${warmupSteps}; --warmup-ratio 0.1 says the same for a run of any length`,
  ];
}

/** Where the addon is missing, nobody knows on what this would run. */
function slowPrecision({ model }: RunConfig, opened?: OpenedModel): string[] {
  try {
    return precisionWarnings(model.torch_dtype, describeBackend(), opened?.stored);
  } catch (error) {
    if (error instanceof NativeError) return [];
    throw error;
  }
}

/**
 * Checks everything that can be checked without training. Throws what is wrong: ConfigError (exit 3),
 * DataError (4), ModelError (3, or 7 for malformed weights). `onFitted` gets model and rows before they are forgotten,
 * where the model's files are here.
 */
export async function validateRun(
  resolved: ResolvedConfig,
  onFitted?: (fitting: FittingRun) => void,
): Promise<ValidationReport> {
  const { config } = resolved;
  checkRun(config);
  const model = await openedModel(config);
  const { dataset, tokens, stepsPerEpoch, memory, memoryPlan, notices } =
    "problem" in model ? await lookWithout(config) : await lookWith(config, model, onFitted);
  return {
    valid: true,
    config: withOrigins(resolved),
    warnings: [
      ...warningsFor(config),
      ...slowPrecision(config, "problem" in model ? undefined : model),
      ...stepWarnings(config, stepsPerEpoch),
      ...notices,
    ],
    recommendations: recommendationsFor(config),
    data: { ...dataReport(dataset), ...tokens },
    steps: { total: totalSteps(config.optimization, stepsPerEpoch), perEpoch: stepsPerEpoch },
    memoryEstimateBytes: memory?.totalBytes ?? null,
    memory: memory?.terms ?? [],
    memoryPlan,
    notes: "problem" in model ? [`tokens and memory were not estimated: ${model.problem}`] : [],
  };
}
