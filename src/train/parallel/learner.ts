// One of several learners that are one: each computes its piece of a step, sums travel over the ring, and every one
// makes the same update. Only the first is ever asked to save.
import { dispose, type Dtype, type Tensor, zeros } from "../../mx/index.ts";
import type { OptimizedSlot, Optimizer } from "../../nn/index.ts";
import type { EvaluationSums, StepInput, StepResult } from "../learner.ts";
import { LocalLearner, type LocalLearnerParts } from "../local-learner.ts";
import type { LossBatch } from "../objectives/objective.ts";
import type { Ring } from "./ring.ts";

export class ParallelLearner extends LocalLearner {
  readonly #ring: Ring;
  readonly #slots: readonly OptimizedSlot[];
  readonly #optimizer: Optimizer;
  readonly #figures: readonly string[];

  constructor(parts: LocalLearnerParts, ring: Ring) {
    super({ ...parts, together: (tensors) => ring.sum(tensors) });
    this.#ring = ring;
    this.#slots = parts.slots;
    this.#optimizer = parts.optimizer;
    this.#figures = parts.objective.figures ?? [];
  }

  /** Stopping in the middle would leave the others waiting: all are asked when they are together. */
  override step(input: StepInput): Promise<StepResult | undefined> {
    return super.step(input, () => false);
  }

  async evaluateTogether(batches: readonly LossBatch[]): Promise<EvaluationSums> {
    const batch = batches[this.#ring.crew.rank];
    const own = batch && (await this.evaluate(batch));
    const figures = this.#figures.map((name) => own?.metrics[name] ?? { sum: 0, weight: 0 });
    const [lossSum = 0, weightSum = 0, ...rest] = this.#ring.sumNumbers([
      ...[own?.lossSum ?? 0, own?.weightSum ?? 0],
      ...figures.flatMap(({ sum, weight }) => [sum, weight]),
    ]);
    const metrics = this.#figures.map((name, at) => {
      return [name, { sum: rest[2 * at] ?? 0, weight: rest[2 * at + 1] ?? 0 }] as const;
    });
    return { lossSum, weightSum, metrics: Object.fromEntries(metrics) };
  }

  /** Gives every worker what the first one has: what is trained, and what the optimizer remembers. */
  equalise(): void {
    for (const slot of this.#slots) {
      const before = slot.get();
      slot.set(this.#ring.spreadTensor(before));
      dispose(before);
    }
    const { tensors: kept, steps } = this.#optimizer.state();
    const about = [...kept].map(([name, { shape, dtype }]) => ({ name, shape, dtype }));
    const told = this.#ring.hear(0, JSON.stringify({ steps, about }));
    this.#spreadMoments(JSON.parse(told) as Remembered, kept);
  }

  /** A worker that has not trained yet has other arrays than one that goes on, or none. */
  #spreadMoments({ steps, about }: Remembered, kept: ReadonlyMap<string, Tensor>): void {
    const before = [...this.#optimizer.tensors()];
    const made = new Map(
      about.map(({ name, shape, dtype }) => {
        return [name, this.#ring.spreadTensor(kept.get(name) ?? zeros(shape, dtype))];
      }),
    );
    this.#optimizer.restore({ tensors: made, steps });
    dispose(before);
  }
}

/** What the first worker's optimizer has. */
interface Remembered {
  steps: number;
  about: { name: string; shape: number[]; dtype: Dtype }[];
}
