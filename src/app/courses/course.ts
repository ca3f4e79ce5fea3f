// The course of a run is which rows it sees in which order, what it learns of each, when it evaluates, and at which
// rates. Ours is one; those that reproduce another tool step by step are the others. One file and one registry line
// each; the loop asks the object.
import type { cutRows } from "../../data/index.ts";
import type { Evaluations } from "../../train/run.ts";
import type { ConfigLayer } from "../config/layers.ts";
import type { PartialRunConfig, RunConfig } from "../config/schema.ts";
import type { RowLayout } from "../train/lay-out-rows.ts";
import type { RunPlan } from "../train/plan-run.ts";
import type { PreparedData } from "../train/prepare-data.ts";

export interface Course {
  /** One line for help. */
  about: string;
  /** What a run starts from instead of a command's own preset, when this is asked for. */
  preset?: (optimizer: string) => PartialRunConfig;
  /** A configuration file of that tool as one of ours; undefined for any other file. */
  readFile?: (file: ConfigLayer) => ConfigLayer | undefined;
  /** The settings as they mean the same here, once it is known how many blocks the model has. */
  onModel?(config: RunConfig, blockCount: number): RunConfig;
  /** What cannot be reproduced of a configuration, one line each. */
  problems(config: RunConfig): string[];
  /** Rows as they are learned: cut, and weighted. */
  cut: typeof cutRows;
  layOut(config: RunConfig, rows: PreparedData, longestInput: number): RowLayout;
  plan(config: RunConfig, layout: RowLayout): RunPlan;
  evaluations(config: RunConfig, layout: RowLayout, totalSteps: number): Evaluations;
  /** Of the test rows, by index, where they are evaluated after the last step. */
  testBatches(config: RunConfig, layout: RowLayout): readonly (readonly number[])[];
  /** Steps whose gradients are averaged before one update; those of a window that is accumulated within a step: 1. */
  stepsAnUpdate(config: RunConfig): number;
}
