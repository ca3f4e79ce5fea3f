// Settings for a model, its rows and the memory there is, each with its reason: from figures of the rows, from what was
// measured (docs/choosing-settings.md), and from the memory estimate that training itself asks. Trains nothing.
import { resolve } from "node:path";
import { ConfigError, ExitCode, FtError } from "../../core/errors.ts";
import { firstFree } from "../../core/numbered-names.ts";
import { expandHome } from "../../core/paths.ts";
import { formatBytes } from "../../core/units.ts";
import { tokenCount } from "../../data/encode.ts";
import { BUILTIN_DATASET } from "../../data/options.ts";
import { namedModel } from "../../generate/named-model.ts";
import { type OpenedModel, openModel } from "../../models/open-model.ts";
import { checkOutputFolder } from "../../runs/index.ts";
import { readTemplate } from "../../text/index.ts";
import { type RunConfig, RunConfigSchema } from "../config/schema.ts";
import { type FittingRun, fitRun } from "../train/fit-run.ts";
import { availableBytes } from "../train/memory-plan.ts";
import { chooseSettings, type Figures, type Settings } from "./choose-settings.ts";
import { lighterAndLighter } from "./lighter.ts";

export interface RecommendOptions {
  /** Hub id, folder or builtin name; of an adapter's or a run's folder, the model that it belongs to. */
  model: string;
  /** Default: the shipped set, as an example. */
  data?: string | undefined;
  template: string;
  /** Default: what is free now. */
  memoryBytes?: number | undefined;
  signal?: AbortSignal | undefined;
}

export interface Reason {
  /** As the configuration spells it: "optimization.learning_rate". */
  setting: string;
  value: unknown;
  why: string;
}

export interface Recommendation {
  /** What a configuration file needs to say; all else stays at its default. */
  config: Record<string, unknown>;
  reasons: Reason[];
  estimate: { peakBytes: number; residentBytes: number; availableBytes: number };
  figures: Figures;
}

const usualFolder = RunConfigSchema.shape.output_dir.def.defaultValue as string;

const share = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;

/** Of the rows to train on, before any cut. */
function figuresOf({ whole, planned }: FittingRun): Figures {
  const lengths = whole.train.samples.map(tokenCount).sort((a, b) => a - b);
  return {
    rows: lengths.length,
    meanTokens: Math.round(lengths.reduce((sum, length) => sum + length, 0) / lengths.length),
    longRow: share(lengths, 0.995),
    longestRow: lengths.at(-1) ?? 0,
    parameters: planned.sizes.parameterCount,
    blocks: planned.sizes.blockCount,
    positions: planned.sizes.positionLimit ?? planned.model.trainedLength ?? Infinity,
    isPacked: whole.dataset.train.length > 0 && [...planned.model.slots()].some(isUnsigned),
  };
}

const isUnsigned = (slot: { get(): { dtype: string } }): boolean =>
  slot.get().dtype.startsWith("uint");

/** Where a new run may be written: the usual folder is not said, one beside it is where an earlier run has it. */
function freeFolder(): { output_dir?: string } {
  const free = firstFree(usualFolder, (folder) => !isTaken(folder));
  return free === usualFolder ? {} : { output_dir: free };
}

function isTaken(folder: string): boolean {
  try {
    checkOutputFolder(folder);
    return false;
  } catch (error) {
    if (error instanceof ConfigError) return true;
    throw error;
  }
}

function whereTo({ output_dir: value }: Settings): Reason[] {
  if (value === undefined) return [];
  return [{ setting: "output_dir", value, why: `${usualFolder} exists already` }];
}

/** A model's name as it was given; of an adapter or a run the one that is trained from there. */
async function trainable(name: string): Promise<string> {
  const { base } = await namedModel(name, undefined);
  return base === resolve(expandHome(name)) ? name : base;
}

const parsed = (settings: Settings): RunConfig => RunConfigSchema.parse(settings) as RunConfig;

interface Fit {
  settings: Settings;
  peakBytes: number;
  totalBytes: number;
}

async function fitOf(settings: Settings, opened: OpenedModel): Promise<Fit> {
  const config = parsed(settings);
  const { memory } = await fitRun(config, opened, readTemplate(config.data.template));
  return { settings, peakBytes: memory.peakBytes, totalBytes: memory.totalBytes };
}

/** The first that fits. Throws FtError FT-RECOMMEND-001 (exit 5) where none does, with the least that would. */
async function firstThatFits(
  candidates: readonly Settings[],
  opened: OpenedModel,
  available: number,
): Promise<Fit> {
  let least = Infinity;
  for (const settings of candidates) {
    const fit = await fitOf(settings, opened);
    if (fit.totalBytes <= available) return fit;
    least = Math.min(least, fit.totalBytes);
  }
  throw new FtError("FT-RECOMMEND-001", {
    message: `nothing fits into ${formatBytes(available)}: the smallest settings found need ${formatBytes(least)}`,
    hint: "choose a smaller model: ft models list",
    exitCode: ExitCode.doesNotFit,
  });
}

/**
 * @throws what opening a model and reading rows throw; FtError FT-RECOMMEND-001 (exit 5) where no settings fit. Reads no
 * weights.
 */
export async function recommend(options: RecommendOptions): Promise<Recommendation> {
  const { data = BUILTIN_DATASET, template, signal } = options;
  const model = await trainable(options.model);
  const available = options.memoryBytes ?? availableBytes();
  const opened = await openModel(
    { name: model, revision: null, cache_dir: null },
    { leaveWeights: true, signal },
  );
  const first: Settings = {
    model: { name: model },
    data: { train_file: data, template },
    ...freeFolder(),
  };
  const looked = await fitRun(parsed(first), opened, readTemplate(template));
  const figures = figuresOf(looked);
  const { settings, reasons } = chooseSettings(first, figures);
  const candidates = lighterAndLighter(settings, figures);
  const {
    settings: chosen,
    peakBytes,
    totalBytes,
  } = await firstThatFits(
    candidates.map((one) => one.settings),
    opened,
    available,
  );
  const lighter = candidates.find((one) => one.settings === chosen)?.reasons ?? [];
  const changed = new Set(lighter.map(({ setting }) => setting));
  return {
    config: chosen as Record<string, unknown>,
    reasons: [
      ...reasons.filter(({ setting }) => !changed.has(setting)),
      ...lighter,
      ...whereTo(chosen),
    ],
    estimate: { peakBytes, residentBytes: totalBytes, availableBytes: available },
    figures,
  };
}
