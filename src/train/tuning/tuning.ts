// Which weights a run trains and how they are written: adapters beside frozen weights, or all of them.
// One file and one registry line each; the loop asks the object.
import type { AdapterOrigin } from "../../adapters/index.ts";
import type { TrainableModel } from "../methods/method.ts";

export interface Tuning {
  /** Writes what was trained in the form that others load (an adapter folder, a model folder). */
  save(folder: string): Promise<void>;
  /** Puts back what `save` wrote, into the model as prepared. */
  load(folder: string): Promise<void>;
  /** What a person should know about what was chosen. */
  readonly notices: readonly string[];
}

/** How a whole model is written; composed where models and weights are both known. */
export interface ModelFiles {
  save(folder: string): Promise<void>;
  load(folder: string): Promise<void>;
}

export interface TuningInput<Options> {
  model: TrainableModel;
  options: Options;
  /** Written beside an adapter. */
  origin: AdapterOrigin;
  seed: number;
  modelFiles: ModelFiles;
}

export type TuningMaker<Options> = (input: TuningInput<Options>) => Promise<Tuning>;
