// What a configuration may not ask for yet, what must be there before anything is loaded, and what rows a model takes.
// Shared by training and validation, so that what validates also starts; their common course is fit-run.ts.
import { existsSync } from "node:fs";
import { anyWeightsFile } from "../../adapters/index.ts";
import { ConfigError, DataError, ModelError, placeText } from "../../core/errors.ts";
import { shellWord } from "../../core/shell.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import type { Row } from "../../data/rows.ts";
import type { ModelSizes } from "../../models/kit/sizes.ts";
import { requireKnownTokens } from "../../models/known-tokens.ts";
import { wantedPacking } from "../../models/options.ts";
import { checkOutputFolder, checkReporters } from "../../runs/index.ts";
import { type BestBy, knownMetrics, VALIDATION_LOSS } from "../../train/best.ts";
import { chosenMethod } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import { requireRunnable } from "../config/load.ts";
import type { RunConfig } from "../config/schema.ts";
import { courseOf } from "../courses/index.ts";
import { locateData } from "../data/shipped.ts";
import type { PreparedData } from "./prepare-data.ts";

/**
 * Everything that can be refused before anything is loaded.
 * @throws ConfigError FT-CONFIG-005 for what every run needs, 083 for data named as the model, FT-RUN-001 and 004 for an output folder that is taken, FT-CONFIG-064 for a packing that there is not, 062 for a missing adapter, 095 for a figure to judge by that the objective does not give. */
export function checkRun(config: RunConfig): void {
  const { model, lora, data } = config;
  requireRunnable(config);
  requireModelFirst(config);
  checkOutputFolder(config.output_dir);
  const method = chosenMethod(config);
  bestBy(config);
  checkReporters(config.report_to);
  requireReproducible(config);
  requireTokenLoss(config);
  wantedPacking(model);
  if (Math.max(1, data.document_overlap) >= data.max_length && data.format === "document") {
    throw new ConfigError("FT-CONFIG-073", {
      at: { field: "data.document_overlap" },
      message: `windows of ${data.max_length} tokens cannot overlap by ${data.document_overlap} tokens`,
      hint: "give a --document-overlap below --max-length",
    });
  }
  if (data.packing && objectives.get(method.objective).packs !== true) {
    throw new ConfigError("FT-CONFIG-065", {
      at: { field: "data.packing" },
      message: `--objective ${method.objective} compares rows with each other, so they cannot be packed`,
      hint: "leave --packing out: rows of similar length share a batch anyway",
    });
  }
  if (config.optimization.compile) requireCompiling(method.objective);
  if (objectives.get(method.objective).teacher?.(config) === null) {
    throw new ConfigError("FT-CONFIG-072", {
      at: { field: "distillation.teacher" },
      message: `--objective ${method.objective} needs a teacher model, and none is named`,
      hint: "--teacher MODEL; to train on rows that a model wrote, use --method lora",
    });
  }
  if (lora.init_adapter !== null && !existsSync(anyWeightsFile(lora.init_adapter))) {
    throw new ConfigError("FT-CONFIG-062", {
      at: { field: "lora.init_adapter" },
      message: `there is no adapter at ${lora.init_adapter}`,
      hint: "give a .safetensors file of weights, or the folder of an adapter of ft, mlx-lm or PEFT",
    });
  }
}

/** Throws ConfigError FT-CONFIG-083 where a file of rows stands in the place of the model. */
function requireModelFirst({ model, data }: RunConfig): void {
  if (!/\.(jsonl?|csv|tsv|txt|parquet)$/i.test(model.name) || !existsSync(model.name)) return;
  throw new ConfigError("FT-CONFIG-083", {
    at: { field: "model.name" },
    message: `${model.name} is a file of rows, not a model: the model comes first, then the data`,
    hint: `ft train start ${shellWord(data.train_file || "MODEL")} ${shellWord(model.name)}`,
  });
}

/** Throws ConfigError FT-CONFIG-078 for an objective whose loss is no function of arrays. */
export function requireCompiling(objective: string): void {
  if (objectives.get(objective).compiles === true) return;
  const able = objectives.names().filter((name) => objectives.get(name).compiles === true);
  throw new ConfigError("FT-CONFIG-078", {
    at: { field: "optimization.compile" },
    message: `--compile does not support --objective ${objective}; it supports ${able.join(", ")}`,
    hint: "leave --compile out",
  });
}

/** Throws ConfigError FT-CONFIG-077 for what is added to a loss that is not of tokens. */
function requireTokenLoss(config: RunConfig): void {
  const { objective } = chosenMethod(config);
  const parts = ["label_smoothing", "z_loss", "router_aux_loss_coef"] as const;
  const added = parts.find((part) => (config.loss[part] ?? 0) !== 0);
  if (added === undefined || objectives.get(objective).groups?.includes("loss") === true) return;
  throw new ConfigError("FT-CONFIG-077", {
    at: { field: `loss.${added}` },
    message: `--objective ${objective} has no loss per token that this could be added to`,
    hint: `leave --${added.replaceAll("_", "-")} out`,
  });
}

/** Throws ConfigError FT-CONFIG-066 for what the tool to reproduce does not do. */
function requireReproducible(config: RunConfig): void {
  const problems = courseOf(config).problems(config);
  if (problems.length === 0) return;
  const { compat } = config.course;
  throw new ConfigError("FT-CONFIG-066", {
    at: { field: "course.compat" },
    message: `--compat ${compat} does not support this`,
    problems,
    hint: `change these, or leave --compat ${compat} out`,
  });
}

/**
 * What decides which checkpoint is best. Throws ConfigError FT-CONFIG-095 when evaluations of this objective do not
 * give it.
 */
export function bestBy(config: RunConfig): BestBy {
  const { objective } = chosenMethod(config);
  const name = config.optimization.metric_for_best;
  const known = knownMetrics(objectives.get(objective).metrics);
  const better = known.get(name);
  if (better !== undefined) return { name, better };
  throw new ConfigError("FT-CONFIG-095", {
    at: { field: "optimization.metric_for_best" },
    message: `an evaluation of --objective ${objective} gives no ${name}; it gives ${[...known.keys()].join(", ")}`,
    hint: `--metric-for-best ${VALIDATION_LOSS}`,
  });
}

/** Whether the data can be found, before a model is downloaded for it. Throws DataError. */
export async function requireData({ data }: RunConfig): Promise<void> {
  if (data.train_file !== BUILTIN_DATASET) await locateData(data.train_file);
  if (data.validation_file !== null) await locateData(data.validation_file);
}

type Rows = Pick<PreparedData, "train" | "validation" | "test">;

interface PlacedSequence {
  row: Row;
  ids: Int32Array;
}

function sequencesOf({ train, validation, test }: Rows): PlacedSequence[] {
  return [...train.samples, ...validation.samples, ...test.samples].flatMap(({ row, sequences }) =>
    sequences.map(({ ids }) => ({ row, ids })),
  );
}

/** The last token of a sequence is predicted, not read. */
const isReadBeyond =
  (limit: number) =>
  ({ ids }: PlacedSequence): boolean =>
    ids.length - 1 > limit;

/**
 * @throws ModelError FT-MODEL-014 when rows, as they are trained on, hold tokens that the model does not know,
 * FT-MODEL-013 when they are longer than it reads.
 */
export function requireKnownRows(
  rows: Rows,
  { vocabularySize, positionLimit = Infinity }: ModelSizes,
): void {
  const sequences = sequencesOf(rows);
  for (const { ids } of sequences) requireKnownTokens(ids, vocabularySize);
  const long = sequences.find(isReadBeyond(positionLimit));
  if (long === undefined) return;
  throw new ModelError("FT-MODEL-013", {
    at: long.row,
    message: `${long.ids.length} tokens, but the model supports ${positionLimit}`,
    hint: `--max-length ${positionLimit}`,
  });
}

/** What to know of rows that the model reads, but was not made for. */
export function longRowNotices(rows: Rows, { trainedLength = Infinity }: ModelSizes): string[] {
  const long = sequencesOf(rows).filter(isReadBeyond(trainedLength));
  if (long.length === 0) return [];
  const { row, ids } = long.reduce((a, b) => (b.ids.length > a.ids.length ? b : a));
  const few = long.length === 1 ? "1 row is" : `${long.length} rows are`;
  return [
    `${few} longer than the ${trainedLength} tokens that the model was made for; the longest has ${ids.length} ` +
      `(${placeText(row)}): --max-length ${trainedLength} cuts them`,
  ];
}

/** @throws DataError FT-DATA-030 when no row teaches anything. */
export function requireSamples({ train, path }: PreparedData): void {
  if (train.samples.length > 0) return;
  throw new DataError("FT-DATA-030", {
    at: { file: path },
    message: "no row with trained tokens is left",
    problems: train.dropped.slice(0, 10).map(({ row, reason }) => `line ${row.line}: ${reason}`),
    hint: "raise --max-length, or choose --mask all",
  });
}
