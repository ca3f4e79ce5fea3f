// The learner of this process: model, optimizer and gradients through the addon, files of its own format.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../core/folders.ts";
import { dispose, memory, retain, scope, type Tensor } from "../mx/index.ts";
import type { OptimizedSlot, Optimizer } from "../nn/index.ts";
import { PREFIX_STATES, TRAINED_FOLDER } from "../runs/index.ts";
import { loadTensorFile, saveTensors } from "../weights/index.ts";
import type {
  EvaluationSums,
  Learner,
  LearnerMemory,
  LearnerRows,
  LearnerState,
  StepInput,
  StepResult,
} from "./learner.ts";
import type { LossBatch, LossPass, Objective, TrainableModel } from "./objectives/objective.ts";
import { forgetPrefixStates, type PrefixStates, prefixStates } from "./prefix-states.ts";
import { TrainingStep } from "./step.ts";
import type { Tuning } from "./tuning/index.ts";

const optimizerFile = "optimizer.safetensors";
/** Gradients of steps that are averaged with later ones. */
const heldFile = "held-gradients.safetensors";

export interface LocalLearnerParts {
  model: TrainableModel;
  objective: Objective;
  tuning: Tuning;
  slots: readonly OptimizedSlot[];
  optimizer: Optimizer;
  /** Null: gradients are not clipped. */
  maximumNorm: number | null;
  /** Of the training pass; an evaluation keeps nothing anyway. */
  pass?: LossPass;
  /** Alpha of the noise on embeddings while training; 0: none. */
  embeddingNoise?: number;
  /** The blocks before this one are computed once for all epochs. */
  frozenBlocks?: number | undefined;
  /** Loss and gradients as a compiled function. */
  compile?: boolean;
  /** Of one of several workers: sums over all of them. */
  together?: ((tensors: readonly Tensor[]) => Tensor[]) | undefined;
}

export class LocalLearner implements Learner {
  readonly #parts: LocalLearnerParts;
  #step: TrainingStep;
  #prefix: PrefixStates | undefined;
  #prefixPath: string | undefined;

  constructor(parts: LocalLearnerParts) {
    this.#parts = parts;
    this.#step = new TrainingStep(parts);
  }

  async prepare({ folder, ...rows }: LearnerRows): Promise<void> {
    const { model, frozenBlocks: block } = this.#parts;
    if (block === undefined) return;
    this.#prefixPath = join(folder, PREFIX_STATES);
    this.#prefix = await prefixStates({ ...rows, model, block, path: this.#prefixPath });
    const pass = { ...this.#parts.pass, prefix: this.#prefix };
    this.#step.dispose();
    this.#step = new TrainingStep({ ...this.#parts, pass });
  }

  async forget(): Promise<void> {
    this.#prefix?.close();
    if (this.#prefixPath !== undefined) await forgetPrefixStates(this.#prefixPath);
  }

  step(input: StepInput, shouldStop: () => boolean): Promise<StepResult | undefined> {
    return this.#step.run(input, shouldStop);
  }

  async evaluate(batch: LossBatch): Promise<EvaluationSums> {
    const { model, objective } = this.#parts;
    return scope(() => {
      const { lossSum, metrics = {} } = objective.loss(model, batch, { prefix: this.#prefix });
      const sums = Object.entries(metrics).map(([name, { sum, weight }]) => {
        return [name, { sum: sum.item(), weight }] as const;
      });
      return {
        lossSum: lossSum.item(),
        weightSum: batch.weightSum,
        metrics: Object.fromEntries(sums),
      };
    });
  }

  async save(folder: string): Promise<LearnerState> {
    const trained = join(folder, TRAINED_FOLDER);
    makeFolders(trained);
    await this.#parts.tuning.save(trained);
    const { tensors, steps } = this.#parts.optimizer.state();
    await saveTensors(join(folder, optimizerFile), tensors, { format: "mlx" });
    const held = this.#step.heldTensors();
    if (held.size > 0) await saveTensors(join(folder, heldFile), held, { format: "mlx" });
    return { optimizerSteps: steps };
  }

  async restore(folder: string, { optimizerSteps }: LearnerState): Promise<void> {
    const { tuning, optimizer } = this.#parts;
    await tuning.load(join(folder, TRAINED_FOLDER));
    const { tensors } = await loadTensorFile(join(folder, optimizerFile));
    const before = [...optimizer.tensors()];
    optimizer.restore({ tensors: retain(tensors), steps: optimizerSteps });
    dispose(before);
    const held = join(folder, heldFile);
    if (existsSync(held)) this.#step.restoreHeld(retain((await loadTensorFile(held)).tensors));
  }

  async saveResult(folder: string): Promise<void> {
    await this.#parts.tuning.save(folder);
  }

  /** How often the loss of a step was traced; 0 where it is not compiled. */
  get traces(): number {
    return this.#step.traces;
  }

  /** Gives up what was compiled, and with it what that holds of the model. */
  dispose(): void {
    this.#step.dispose();
  }

  memory(): LearnerMemory {
    return { ...memory(), residentBytes: process.memoryUsage.rss() };
  }
}
