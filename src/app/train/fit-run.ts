// Whether model, rows and settings fit each other, before any weight is read: everything that can be refused then is
// refused here. Checking a run and starting one both go through this, so that what validates also starts.
import { inputLength, paddedLength } from "../../data/collate.ts";
import { type EncodedRow, learnedCount, tokenCount } from "../../data/encode.ts";
import type { LanguageModel } from "../../models/index.ts";
import { type PlannedModel, planFittingModel } from "../../models/load.ts";
import type { OpenedModel } from "../../models/open-model.ts";
import { wantedPacking } from "../../models/options.ts";
import { packedWith, packingNotices } from "../../models/packing.ts";
import { rendererOf, type TemplateSource } from "../../text/index.ts";
import type { Renderer } from "../../text/types.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import type { SampleShape } from "../../train/objectives/objective.ts";
import { type TuningPlan, tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { courseOf } from "../courses/index.ts";
import { longRowNotices, requireKnownRows, requireSamples } from "./check-run.ts";
import { chooseBatch } from "./choose-batch.ts";
import { estimateRunMemory, type RowFigures, withTeacher } from "./estimate-memory.ts";
import { foreignNames } from "./foreign-names.ts";
import { largeModelNotices } from "./large-model.ts";
import type { RowLayout } from "./lay-out-rows.ts";
import { requireShortRows } from "./lost-rows.ts";
import { type Estimator, type MemoryPlan, planMemory } from "./memory-plan.ts";
import {
  cutData,
  type DataWatch,
  type PreparedData,
  prepareWholeRows,
  samplesOf,
} from "./prepare-data.ts";
import { type PlannedTeacher, planTeacher } from "./teacher.ts";

export interface FittingRun {
  /** The settings as they were asked for, with a batch size in the place of `auto`. */
  config: RunConfig;
  opened: OpenedModel;
  planned: PlannedModel;
  teacher: PlannedTeacher | undefined;
  tuning: TuningPlan;
  renderer: Renderer;
  /** Rows before the cut. */
  whole: PreparedData;
  /** Rows as they are trained on. */
  data: PreparedData;
  /** Rows as they fill batches. */
  layout: RowLayout;
  memory: MemoryEstimate;
  /** Whether that is there, and what would need less. */
  planMemory(): Promise<MemoryPlan>;
  /** What a person should know before the run begins. */
  notices: string[];
}

async function plannedTuning(config: RunConfig, planned: PlannedModel): Promise<TuningPlan> {
  const names = await foreignNames(planned);
  return await tunings.get(chosenMethod(config).tuning).plan(planned.model, config, names);
}

/** What of a fit changes with the settings: what is trained, rows as they are cut and batched, the memory for both. */
async function fitTo(
  config: RunConfig,
  { planned, teacher }: Pick<FittingRun, "planned" | "teacher">,
  whole: PreparedData,
) {
  const { max_length } = config.data;
  const tuning = await plannedTuning(config, planned);
  const course = courseOf(config);
  const data = cutData(whole, config, course.cut);
  requireSamples(data);
  const longestInput = Math.min(max_length, planned.sizes.positionLimit ?? Infinity);
  const layout = course.layOut(config, data, longestInput);
  const rows = rowFigures(config, data, layout);
  const own = estimateRunMemory(config, planned, tuning, rows);
  const memory = teacher === undefined ? own : withTeacher(config, own, teacher.planned);
  return { tuning, data, layout, rows, memory };
}

/** @throws FtError of every kind: config, data, model. Reads no weights and writes nothing. */
export async function fitRun(
  given: RunConfig,
  opened: OpenedModel,
  template: TemplateSource,
  watch?: DataWatch,
): Promise<FittingRun> {
  const { tokenizer, stored } = opened;
  const renderer = rendererOf(tokenizer, template);
  const packing = wantedPacking(given.model);
  const planned = await planFittingModel(stored, packedWith(packing));
  const onModel = courseOf(given).onModel?.(given, planned.sizes.blockCount) ?? given;
  const asked = withSeparateAnswers(onModel, planned.model);
  // What does not fit the model is refused before rows are read.
  await plannedTuning(asked, planned);
  const teacher = await planTeacher(asked, opened);
  const models = { planned, teacher };
  const whole = await prepareWholeRows(asked, { template, renderer, tokenizer }, watch);
  requireShortRows(whole, asked);
  const estimate: Estimator = async (other) => (await fitTo(other, models, whole)).memory;
  const { config, notices } = await settled(asked, whole, estimate);
  const { rows, ...fitted } = await fitTo(config, models, whole);
  const { data, tuning, memory } = fitted;
  requireKnownRows(data, planned.sizes);
  const limits = { blockCount: planned.sizes.blockCount, longestRow: rows.longestRow };
  return {
    config,
    opened,
    ...models,
    renderer,
    whole,
    ...fitted,
    planMemory: () => planMemory(config, memory, { estimate, limits }),
    notices: [
      ...notices,
      ...renderer.notices(samplesOf(data.dataset)),
      ...tuning.notices,
      ...packingNotices(stored.config, planned.model, packing),
      ...longRowNotices(data, planned.sizes),
      ...largeModelNotices(config, fitted.tuning, memory),
    ],
  };
}

/** Each answer has a copy of its prompt where the model cannot go on from one prompt twice. */
function withSeparateAnswers(config: RunConfig, model: LanguageModel): RunConfig {
  if (model.sharesBeginnings) return config;
  return { ...config, preference: { ...config.preference, share_prompt: false } };
}

/** The settings with a batch size where it was left to the estimate. */
async function settled(
  asked: RunConfig,
  { train }: PreparedData,
  estimate: Estimator,
): Promise<{ config: RunConfig; notices: string[] }> {
  if (!asked.optimization.auto_batch_size) return { config: asked, notices: [] };
  const { config, notice } = await chooseBatch(asked, train.samples.length, estimate);
  return { config, notices: [notice] };
}

/** Of a sample with every sequence in a row of its own. */
function plainShape({ sequences }: EncodedRow): SampleShape {
  return { rows: sequences.length, length: most(sequences.map(inputLength)) };
}

/** What the rows say of the largest batch; rows are grouped by length, so the longest meet each other. */
function rowFigures(
  { data }: RunConfig,
  { train: { samples }, objective }: PreparedData,
  { units, unitLength, padding }: RowLayout,
): RowFigures {
  const tokens = samples.reduce((sum, sample) => sum + tokenCount(sample), 0);
  const learned = samples.reduce((sum, sample) => sum + learnedCount(sample), 0);
  const learnedShare = learned / Math.max(1, tokens);
  const lengths = units.map((unit) => paddedLength(unitLength(unit), padding));
  const varies = new Set(lengths).size > 1;
  if (data.packing) {
    const longestRow = paddedLength(most(units.map(unitLength)), padding);
    return { rows: units.length, sequences: 1, longestRow, learnedShare, varies };
  }
  const shapes = samples.map((sample) => objective.shape?.(sample) ?? plainShape(sample));
  return {
    rows: samples.length,
    sequences: most(shapes.map(({ rows }) => rows)),
    longestRow: paddedLength(most(shapes.map(({ length }) => length)), padding),
    learnedShare,
    varies,
  };
}

const most = (numbers: readonly number[]): number =>
  numbers.reduce((greatest, number) => Math.max(greatest, number), 0);
