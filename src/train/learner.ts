// What learns, as the loop sees it: takes a step, evaluates a batch, saves and comes back. Where it computes is its own
// business: in this process (local-learner.ts), in another one, on other machines. All that crosses is plain data.
import type { CollateOptions, Sequence } from "../data/index.ts";
import type { LossBatch } from "./objectives/objective.ts";

/** Of a metric: Σ of its values and Σ of their weights, so that means over any number of batches are exact. */
export interface MetricSum {
  sum: number;
  weight: number;
}

export type MetricSums = Record<string, MetricSum>;

export interface StepInput {
  /** The window's micro-batches, as the run's objective collated them. */
  batches: readonly LossBatch[];
  learningRate: number;
  /** One for each micro-batch: its random numbers. */
  seeds: readonly number[];
  /** Sum of the weights of the whole window, where these batches are a part of it only. */
  weight?: number | undefined;
  /** One of several steps whose gradients are averaged, each step's as its own mean; the last one moves. */
  part?: { index: number; of: number } | undefined;
}

export interface StepResult {
  /** Mean over the window's weights. */
  loss: number;
  /** Sum of the window's weights. */
  weight: number;
  metrics: MetricSums;
  /** Before clipping; null when not clipped. */
  gradientNorm: number | null;
  /** Milliseconds spent building the graph in TypeScript, before it was evaluated. */
  graphMilliseconds: number;
  /** Set when loss or gradient became infinite or undefined: then nothing that is trained has changed. */
  notFinite?: "loss" | "gradient";
}

export interface EvaluationSums {
  lossSum: number;
  weightSum: number;
  metrics: MetricSums;
}

/** What a learner remembers beside the files it writes; kept in the checkpoint's state. */
export interface LearnerState {
  /** Updates the optimizer has made. */
  optimizerSteps: number;
  /** Of a learner elsewhere: where what it saved is. Told with the checkpoint; what goes on from it reads it there. */
  remote?: RemotePlace | undefined;
}

/** Addresses at a service. */
export interface RemotePlace {
  runId: string;
  /** Weights and optimizer, to go on from. */
  stateUri: string;
  /** Weights, to ask. */
  samplerUri: string;
}

export interface LearnerMemory {
  activeBytes: number;
  peakBytes: number;
  /** Freed, and kept for the next arrays. */
  cacheBytes?: number;
  /** Of the whole process. */
  residentBytes: number;
}

/** All that a run will read, and where what is kept of it beside the checkpoints may lie. */
export interface LearnerRows {
  sequences: readonly Sequence[];
  collate: CollateOptions;
  folder: string;
  shouldStop(): boolean;
  onProgress(done: number, total: number): void;
}

export interface Learner {
  /** Called once before the first step of this process. Ends early when asked to stop; no step follows then. */
  prepare?(rows: LearnerRows): Promise<void>;
  /** The run is complete: what `prepare` kept is not needed any more. */
  forget?(): Promise<void>;
  /**
   * One optimizer step. `shouldStop` is asked between micro-batches; when it says so nothing has changed and the
   * result is undefined.
   */
  step(input: StepInput, shouldStop: () => boolean): Promise<StepResult | undefined>;
  /** How many steps it takes at once: the next are begun while one is waited for. Absent: one. */
  readonly stepsAtOnce?: number;
  /** Begins a step that `step` is then called with, the same input, in the order in which they were begun. */
  begin?(input: StepInput): void;
  /** Trains nothing and draws nothing at random. */
  evaluate(batch: LossBatch): Promise<EvaluationSums>;
  /** Of one of several workers: as many batches as there are workers, or fewer; one for each, and the sums of all. */
  evaluateTogether?(batches: readonly LossBatch[]): Promise<EvaluationSums>;
  /** Writes everything that going on needs into an existing folder. */
  save(folder: string): Promise<LearnerState>;
  /** Puts back what `save` wrote. */
  restore(folder: string, state: LearnerState): Promise<void>;
  /** Writes what was trained in the form that others load. */
  saveResult(folder: string): Promise<void>;
  memory(): LearnerMemory;
}

/** Adds sums by name. */
export function addMetrics(total: MetricSums, added: MetricSums): void {
  for (const [name, { sum, weight }] of Object.entries(added)) {
    const before = total[name] ?? { sum: 0, weight: 0 };
    total[name] = { sum: before.sum + sum, weight: before.weight + weight };
  }
}

/** The mean of each, by name; those of no weight are left out. */
export function metricMeans(sums: MetricSums): Record<string, number> {
  const means = Object.entries(sums).filter(([, { weight }]) => weight !== 0);
  return Object.fromEntries(means.map(([name, { sum, weight }]) => [name, sum / weight]));
}
