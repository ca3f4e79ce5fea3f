// Which weights a run trains and how they are written: adapters beside frozen weights, or all of them.
// One file and one registry line each; the loop asks the object.
import type { AdapterBase, AdapterOrigin } from "../../adapters/index.ts";
import type { LoraOptions } from "../../adapters/options.ts";
import type { TrainableModel } from "../objectives/objective.ts";

/** The groups of options that tunings read. */
export interface TuningOptions {
  lora: LoraOptions;
}

/** How other programs name what the model has: an adapter of theirs may be begun with. */
export type ForeignNames = Pick<AdapterBase, "published" | "mlx" | "shapes">;

/** What is known of a tuning without the addon. */
export interface TuningEntry {
  /** One line for help. */
  about: string;
  /** Trains adapters beside frozen weights, rather than the model's own. */
  isAdapter: boolean;
  /** What it trains may be trained by several workers at once: `--workers`. */
  divides?: true;
  /** The groups it reads; settings of others are of no use to it. */
  groups: readonly (keyof TuningOptions)[];
  /**
   * What it would train of this model, which has no weights yet. Refuses what does not fit the model: both checking a
   * run and starting one ask this first. Throws ConfigError or ModelError.
   */
  plan(model: TrainableModel, options: TuningOptions, names?: ForeignNames): Promise<TuningPlan>;
  /** What a person wants to see of its settings, as label and value. */
  describe(options: TuningOptions): [label: string, value: string][];
  load(): Promise<TuningMaker>;
}

export interface TuningPlan {
  /** Shapes of all that is trained. */
  shapes: readonly (readonly number[])[];
  /** How many of the last blocks the backward pass goes through. */
  trainedBlocks: number;
  /** What a person should know about what was chosen. */
  notices: readonly string[];
}

export interface Tuning {
  /** Writes what was trained in the form that others load (an adapter folder, a model folder). */
  save(folder: string): Promise<void>;
  /** Puts back what `save` wrote, into the model as prepared. */
  load(folder: string): Promise<void>;
  /** The rate of a parameter, by its path, as a multiple of the learning rate; left out: 1 for all. */
  rateScale?(name: string): number;
  /** What a person should know that only the weights could tell. */
  readonly notices: readonly string[];
}

/** How a whole model is written; composed where models and weights are both known. */
export interface ModelFiles {
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
}

export interface TuningInput {
  model: TrainableModel;
  options: TuningOptions;
  /** Written beside an adapter. */
  origin: AdapterOrigin;
  seed: number;
  modelFiles: ModelFiles;
  names?: ForeignNames | undefined;
}

export type TuningMaker = (input: TuningInput) => Promise<Tuning>;
