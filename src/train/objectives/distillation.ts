// Learning from a teacher (Hinton et al. 2015): beside the rows' own tokens, the distribution that a larger model gives
// for each of them, at the learned positions only. Forward divergence, or reverse (Gu et al. 2024).
import type { Batch, EncodedRow } from "../../data/index.ts";
import { crossEntropy, type Tensor } from "../../mx/index.ts";
import type { Loss, LossPass, Objective, TrainableModel } from "./objective.ts";
import type { DistillationOptions } from "./options.ts";
import { supervised } from "./supervised.ts";
import { learnedStates } from "./token-losses.ts";

function logSoftmax(logits: Tensor, temperature: number): Tensor {
  const cooled = logits.astype("float32").div(temperature);
  return cooled.sub(cooled.logsumexp(-1, true));
}

/** (rows) Σ p (log p − log q) over the vocabulary. */
function divergence(p: Tensor, q: Tensor): Tensor {
  return p.exp().mul(p.sub(q)).sum(-1);
}

/** (rows, vocabulary) of both; heads padded to other widths are compared over the tokens that both have. */
function sharedLogits(ours: Tensor, theirs: Tensor): [ours: Tensor, theirs: Tensor] {
  const width = Math.min(ours.dim(1), theirs.dim(1));
  const cut = (logits: Tensor): Tensor =>
    logits.dim(1) === width ? logits : logits.narrow(1, 0, width);
  return [cut(ours), cut(theirs)];
}

interface Pupil {
  model: TrainableModel;
  batch: Batch;
  pass: LossPass;
}

function lossOf(
  { model, batch, pass }: Pupil,
  teacher: TrainableModel,
  { divergence: kind, temperature, weight }: DistillationOptions,
): Loss {
  const { hidden, targets, weights } = learnedStates(model, batch, pass);
  const logits = model.head(hidden);
  const known = teacher.head(learnedStates(teacher, batch).hidden).stopGradient();
  const [ours, theirs] = sharedLogits(logits, known).map((one) => logSoftmax(one, temperature)) as [
    Tensor,
    Tensor,
  ];
  const kl = kind === "forward" ? divergence(theirs, ours) : divergence(ours, theirs);
  const soft = kl.mul(weights).sum();
  const hard = crossEntropy(logits, targets).mul(weights).sum();
  const metric = (sum: Tensor) => ({ sum: sum.stopGradient(), weight: batch.weightSum });
  return {
    // Gradients of softened distributions shrink with the square of the temperature.
    lossSum: soft.mul(weight * temperature ** 2).add(hard.mul(1 - weight)),
    metrics: { "distillation/kl": metric(soft), "distillation/hard": metric(hard) },
  };
}

export function distillation(options: DistillationOptions): Objective {
  const { encode, collate } = supervised;
  const taughtBy = (teacher: TrainableModel): Objective<EncodedRow, Batch> => ({
    ...{ encode, collate },
    figures: ["distillation/kl", "distillation/hard"],
    taughtBy,
    loss: (model, batch, pass = {}) => lossOf({ model, batch, pass }, teacher, options),
  });
  const untaught = (): never => {
    throw new RangeError("distillation without a teacher");
  };
  return { encode, collate, taughtBy, loss: untaught } as Objective;
}
