// The memory of a run, estimated from the model's config.json, the run's settings and its rows.
// The formula is train/memory-estimate.ts; here it gets its inputs.
import { elementCount } from "../../core/element-count.ts";
import { NativeError } from "../../core/errors.ts";
import type { PlannedModel } from "../../models/load.ts";
import { chooseDtype } from "../../models/open-model.ts";
import { describeBackend, type Dtype } from "../../mx/index.ts";
import {
  isEmbeddingLike,
  isLinearLike,
  isPacked,
  masterBytes,
  optimizers,
} from "../../nn/index.ts";
import { estimateMemory, type MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { objectives } from "../../train/objectives/index.ts";
import { recomputedBlocks } from "../../train/options.ts";
import { type TuningPlan, tunings } from "../../train/tuning/index.ts";
import type { StoredModel } from "../../weights/index.ts";
import type { RunConfig } from "../config/schema.ts";

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** What the formula needs to know of the rows. */
export interface RowFigures {
  /** How many there are to train on. */
  rows: number;
  /** Most sequences in one row. */
  sequences: number;
  /** Tokens read of the longest sequence after the cut, with its padding. */
  longestRow: number;
  /** Share of tokens that are learned. */
  learnedShare: number;
  /** Not all are of one length. */
  varies: boolean;
}

const BYTES: Partial<Record<Dtype, number>> = { float32: 4, float16: 2, bfloat16: 2 };
/** Of numbers that packed weights consist of, which no precision changes. */
const PACKED_BYTES: Partial<Record<Dtype, number>> = { uint32: 4, uint8: 1 };

/** Average bytes of a stored number that is not packed. */
function storedBytes({ tensors }: StoredModel): number {
  const all = [...tensors.values()].filter(({ dtype }) => dtype !== "U32" && dtype !== "U8");
  const numbers = all.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return all.reduce((sum, { bytes }) => sum + bytes, 0) / Math.max(1, numbers);
}

/** Bytes of a floating weight in memory; as stored when the addon is missing and the precision is left to it. */
function floatBytes({ model }: RunConfig, stored: StoredModel): number {
  if (model.torch_dtype === "checkpoint") return storedBytes(stored);
  if (model.torch_dtype !== "auto") return BYTES[model.torch_dtype] ?? 4;
  try {
    const dtype = chooseDtype("auto", describeBackend()) ?? stored.precision;
    return (dtype && BYTES[dtype]) ?? storedBytes(stored);
  } catch (error) {
    if (error instanceof NativeError) return storedBytes(stored);
    throw error;
  }
}

/** Bytes in memory of what stands for one weight, on average: less than one where weights are packed. */
function weightBytes(config: RunConfig, { model, sizes, source }: PlannedModel): number {
  const floating = floatBytes(config, source);
  const bytes = [...model.slots()].map((slot) => {
    const { dtype, shape } = slot.get();
    return elementCount(shape) * (PACKED_BYTES[dtype] ?? floating);
  });
  return sum(bytes) / sizes.parameterCount;
}

/** The same run beside a model that it learns from, which is held as well. */
export function withTeacher(
  config: RunConfig,
  estimate: MemoryEstimate,
  teacher: PlannedModel,
): MemoryEstimate {
  const model = { ...config.model, torch_dtype: "auto" as const };
  const bytes = Math.round(
    weightBytes({ ...config, model }, teacher) * teacher.sizes.parameterCount,
  );
  const term = { name: "teacher", bytes, formula: "its parameters × bytes a weight" };
  return {
    ...estimate,
    totalBytes: estimate.totalBytes + bytes,
    peakBytes: estimate.peakBytes + bytes,
    terms: [...estimate.terms, term],
  };
}

/** Whether the layer that gives the logits, a head or the tokens' table, is packed. */
function hasPackedHead({ model, sizes }: PlannedModel): boolean {
  return [...model.modules()].some(([, layer]) => {
    const isHead =
      (isLinearLike(layer) && layer.outputSize === sizes.vocabularySize) ||
      (isEmbeddingLike(layer) && layer.count === sizes.vocabularySize);
    return isHead && isPacked(layer);
  });
}

/** Of the inputs of a block's layers, what the gradients of their weights keep beside what is kept anyway. */
const weightGradientShare = 0.5;
/** Of the outputs that a trained vector scales, as DoRA's does. */
const scaledShare = 0.55;

/** Most experts that a token goes to. */
function chosenExperts({ model }: PlannedModel): number {
  const counts = [...model.modules()].map(([, module]) =>
    "chosenExperts" in module ? Number(module.chosenExperts) : 1,
  );
  return counts.reduce((most, count) => Math.max(most, count), 1);
}

/** Of a block, for each token: inputs from which some are dropped, and outputs that a vector scales. */
function keptByAdapters(
  { lora }: RunConfig,
  shapes: TuningPlan["shapes"],
  { blocks, chosen }: { blocks: number; chosen: number },
): number {
  const isInput = ([, columns]: readonly number[]): boolean => columns === lora.r;
  const inputs = shapes
    .filter(isInput)
    .map(([rows = 0, , ofExpert]) => (ofExpert === undefined ? rows : chosen * ofExpert));
  const scaled = shapes.filter(({ length }) => length === 1).map(elementCount);
  const all = (lora.dropout > 0 ? sum(inputs) : 0) + scaledShare * sum(scaled);
  return all / Math.max(1, blocks);
}

/** Peak bytes of the run, and the terms that add up to them. */
export function estimateRunMemory(
  config: RunConfig,
  planned: PlannedModel,
  { shapes, trainedBlocks }: TuningPlan,
  { rows, sequences, longestRow, learnedShare, varies }: RowFigures,
): MemoryEstimate {
  const { optimization } = config;
  const optimizer = optimizers.get(optimization.optimizer);
  const trainable = sum(shapes.map(elementCount));
  const method = chosenMethod(config);
  const { isAdapter } = tunings.get(method.tuning);
  // adapters are float32 themselves
  const hasMasters =
    optimization.master_weights && !isAdapter && floatBytes(config, planned.source) < 4;
  const masters = hasMasters ? trainable * masterBytes : 0;
  const sizes = shapes.map(elementCount);
  const { vocabularySize } = planned.sizes;
  return estimateMemory(planned.sizes, {
    trainable,
    trainedBlocks,
    stateBytes: sum(shapes.map((shape) => optimizer.stateBytes(shape))) + masters,
    updateCopies: optimizer.updateCopies,
    largest: sizes.reduce((most, size) => Math.max(most, size), 0),
    trainedTable: isAdapter
      ? 0
      : sum(
          shapes
            .filter(([rows, columns]) => rows === vocabularySize && columns !== undefined)
            .map(elementCount),
        ),
    isHeadPacked: hasPackedHead(planned),
    logitCopies: objectives.get(method.objective).logitCopies ?? 0,
    keptPerToken: isAdapter
      ? keptByAdapters(config, shapes, { blocks: trainedBlocks, chosen: chosenExperts(planned) })
      : weightGradientShare * sum(planned.sizes.linears.map(({ inputSize }) => inputSize)),
    isAdapter,
    batch: Math.min(optimization.batch_size, rows) * sequences,
    weightBytes: weightBytes(config, planned),
    longestRow,
    learnedShare,
    recompute: recomputedBlocks(optimization),
    varies,
    readingBytes: planned.source.readingBytes ?? 0,
  });
}
