// Muon (Jordan et al. 2024): momentum made orthogonal by Newton–Schulz for hidden matrices, AdamW for the rest.
// Numerics of mlx.optimizers.Muon, except that weight decay is decoupled, as in AdamW.
import { after, scope, type Tensor } from "../../mx/index.ts";
import { makeAdamw } from "./adamw.ts";
import { Moments } from "./moments.ts";
import {
  moments,
  move,
  type OptimizedSlot,
  type Optimizer,
  type OptimizerKind,
  type OptimizerSettings,
  usual,
} from "./optimizer.ts";

const newtonSchulzSteps = 5;
/** Quintic iteration that drives singular values towards one; coefficients from the reference. */
const [linearTerm, cubicTerm, quinticTerm] = [3.4445, -4.775, 2.0315];

/** The nearest semi-orthogonal matrix, roughly: singular values end between 0.7 and 1.2. */
function orthogonalized(matrix: Tensor): Tensor {
  const isTall = matrix.dim(0) > matrix.dim(1);
  let x = isTall ? matrix.transpose() : matrix;
  x = x.div(x.square().sum(null, true).sqrt().add(1e-7));
  for (let step = 0; step < newtonSchulzSteps; step++) {
    const gram = x.matmul(x.transpose());
    const polynomial = gram.mul(cubicTerm).add(gram.matmul(gram).mul(quinticTerm));
    x = x.mul(linearTerm).add(polynomial.matmul(x));
  }
  return isTall ? x.transpose() : x;
}

class Muon implements Optimizer {
  readonly #matrices: readonly OptimizedSlot[];
  readonly #isMatrix: readonly boolean[];
  readonly #momentum: Moments;
  readonly #others: Optimizer;
  readonly #settings: OptimizerSettings;

  constructor(slots: readonly OptimizedSlot[], settings: OptimizerSettings) {
    this.#isMatrix = slots.map((slot) => slot.isHidden && slot.get().ndim === 2);
    this.#matrices = slots.filter((_, index) => this.#isMatrix[index]);
    this.#momentum = new Moments("momentum", this.#matrices);
    this.#others = makeAdamw(
      slots.filter((_, index) => !this.#isMatrix[index]),
      settings,
    );
    this.#settings = settings;
  }

  update(gradients: readonly Tensor[], learningRate: number): void {
    const matrixGradients = gradients.filter((_, index) => this.#isMatrix[index]);
    // One matrix after the other: what all of them need on the way would be many times their size.
    let earlier: Tensor[] = [];
    this.#momentum.values = matrixGradients.map((gradient, index) => {
      const slot = this.#matrices[index];
      const before = this.#momentum.values[index];
      if (slot === undefined || before === undefined) throw new RangeError(`no matrix ${index}`);
      const { parameter, velocity } = scope(() =>
        this.#moved(slot.get(), after(gradient, earlier), before, learningRate),
      );
      move(slot, parameter);
      earlier = [slot.get(), velocity];
      return velocity;
    });
    const otherGradients = gradients.filter((_, index) => !this.#isMatrix[index]);
    if (otherGradients.length > 0)
      this.#others.update(otherGradients, learningRate * this.#settings.adamwShare);
  }

  /** A matrix and its momentum after the step. */
  #moved(
    matrix: Tensor,
    gradient: Tensor,
    before: Tensor,
    learningRate: number,
  ): { parameter: Tensor; velocity: Tensor } {
    const { momentum, weightDecay } = this.#settings;
    const velocity = before.mul(momentum).add(gradient.mul(1 - momentum));
    const nesterov = gradient.mul(1 - momentum).add(velocity.mul(momentum));
    const shapeScale = Math.sqrt(Math.max(1, gradient.dim(0) / gradient.dim(1)));
    const step = orthogonalized(nesterov).mul(learningRate * shapeScale);
    const decayed = matrix.mul(1 - learningRate * weightDecay);
    return { parameter: decayed.sub(step), velocity };
  }

  state() {
    const others = this.#others.state();
    return {
      tensors: new Map([...this.#momentum.entries(), ...others.tensors]),
      steps: others.steps,
    };
  }

  restore(state: { tensors: ReadonlyMap<string, Tensor>; steps: number }): void {
    this.#momentum.restore(state.tensors);
    this.#others.restore(state);
  }

  tensors(): Tensor[] {
    return [...this.#momentum.values, ...this.#others.tensors()];
  }
}

export const muon: OptimizerKind = {
  about: "momentum made orthogonal, wants a rate near 0.02; AdamW for vectors and embeddings",
  // Measured: every matrix takes its steps of Newton–Schulz at once.
  highRate: 0.1,
  updateCopies: 4,
  make: (slots, settings) => new Muon(slots, settings),
  usual,
  // Of its matrices; the others have AdamW's two.
  stateBytes: (shape) => moments(shape.length === 2 ? 1 : 2)(shape),
};
