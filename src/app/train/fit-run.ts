// Whether model, rows and settings fit each other, before any weight is read: everything that can be refused then is
// refused here. Checking a run and starting one both go through this, so that what validates also starts.
import { paddedLength } from "../../data/collate.ts";
import { type EncodedRows, learnedCount, tokenCount } from "../../data/encode.ts";
import { type PlannedModel, planFittingModel } from "../../models/load.ts";
import type { OpenedModel } from "../../models/open-model.ts";
import { rendererOf, type TemplateSource } from "../../text/index.ts";
import type { Renderer } from "../../text/types.ts";
import type { MemoryEstimate } from "../../train/memory-estimate.ts";
import { chosenMethod } from "../../train/methods.ts";
import { type TuningPlan, tunings } from "../../train/tuning/index.ts";
import type { RunConfig } from "../config/schema.ts";
import { longRowNotices, requireKnownRows, requireSamples } from "./check-run.ts";
import { estimateRunMemory, memoryNotices, type RowFigures } from "./estimate-memory.ts";
import { layOut, type RowLayout } from "./lay-out-rows.ts";
import {
  cutData,
  type DataWatch,
  type PreparedData,
  prepareWholeRows,
  samplesOf,
} from "./prepare-data.ts";

export interface FittingRun {
  opened: OpenedModel;
  planned: PlannedModel;
  tuning: TuningPlan;
  renderer: Renderer;
  /** Rows before the cut. */
  whole: PreparedData;
  /** Rows as they are trained on. */
  data: PreparedData;
  /** Rows as they fill batches. */
  layout: RowLayout;
  memory: MemoryEstimate;
  /** What a person should know before the run begins. */
  notices: string[];
}

/** @throws FtError of every kind: config, data, model. Reads no weights and writes nothing. */
export async function fitRun(
  config: RunConfig,
  opened: OpenedModel,
  template: TemplateSource,
  watch?: DataWatch,
): Promise<FittingRun> {
  const { tokenizer, stored } = opened;
  const { max_length } = config.data;
  const renderer = rendererOf(tokenizer, template);
  const planned = await planFittingModel(stored);
  const tuning = await tunings.get(chosenMethod(config).tuning).plan(planned.model, config);
  const whole = await prepareWholeRows(config, { template, renderer, tokenizer }, watch);
  const data = cutData(whole, max_length);
  requireSamples(data);
  requireKnownRows(data, planned.sizes);
  const longestInput = Math.min(max_length, planned.sizes.positionLimit ?? Infinity);
  const layout = layOut(config, data, longestInput);
  const rows = rowFigures(data.train, layout);
  const memory = estimateRunMemory(config, planned, tuning, rows);
  return {
    opened,
    planned,
    tuning,
    renderer,
    whole,
    data,
    layout,
    memory,
    notices: [
      ...renderer.notices(samplesOf(data.dataset)),
      ...tuning.notices,
      ...longRowNotices(data, planned.sizes),
      ...memoryNotices(memory),
    ],
  };
}

/** What the rows say of the largest batch; rows are grouped by length, so the longest meet each other. */
function rowFigures({ samples }: EncodedRows, { padding }: RowLayout): RowFigures {
  // the last token of a sequence is predicted, not read
  const longest = most(
    samples.flatMap(({ sequences }) => sequences.map(({ ids }) => ids.length - 1)),
  );
  const tokens = samples.reduce((sum, sample) => sum + tokenCount(sample), 0);
  const learned = samples.reduce((sum, sample) => sum + learnedCount(sample), 0);
  return {
    rows: samples.length,
    sequences: most(samples.map(({ sequences }) => sequences.length)),
    longestRow: paddedLength(longest, padding),
    learnedShare: learned / Math.max(1, tokens),
  };
}

const most = (numbers: readonly number[]): number =>
  numbers.reduce((greatest, number) => Math.max(greatest, number), 0);
