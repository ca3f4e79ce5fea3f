// Direct preference optimization (Rafailov et al. 2023): the better answer gains on the worse, both measured against the
// model before training. With label smoothing (Mitchell 2023), a hinge (Zhao et al. 2023), or IPO (Azar et al. 2023).
import type { Tensor } from "../../mx/index.ts";
import type { Objective } from "./objective.ts";
import type { PreferenceOptions } from "./options.ts";
import {
  negativeLogSigmoid,
  pairObjective,
  type PairScores,
  perToken,
  type Sides,
} from "./pairs.ts";

/** What the better answer gained over the worse, of which each gained its `gains`. */
type Margin = (gains: Sides, tokens: Sides, options: PreferenceOptions) => Tensor;

const difference = ({ chosen, rejected }: Sides): Tensor => chosen.sub(rejected);

/** −log σ(x), of pairs of which `smoothing` are taken to be the wrong way round. */
export function smoothed(x: Tensor, smoothing: number): Tensor {
  if (smoothing === 0) return negativeLogSigmoid(x);
  const turned = negativeLogSigmoid(x.neg()).mul(smoothing);
  return negativeLogSigmoid(x)
    .mul(1 - smoothing)
    .add(turned);
}

const losses: Readonly<Record<PreferenceOptions["loss"], Margin>> = {
  sigmoid: (gains, _, { beta, label_smoothing }) =>
    smoothed(difference(gains).mul(beta), label_smoothing),
  hinge: (gains, _, { beta }) => difference(gains).mul(-beta).add(1).maximum(0),
  // By token, as its authors meant it.
  ipo: (gains, tokens, { beta }) =>
    difference(perToken(gains, tokens))
      .sub(1 / (2 * beta))
      .square(),
};

export function dpo(options: PreferenceOptions): Objective {
  const { beta, loss, share_prompt: sharePrompt } = options;
  return pairObjective({
    asksReference: true,
    sharePrompt,
    loss: ({ scores, tokens, reference }: PairScores) => {
      const gains = {
        chosen: scores.chosen.sub(reference.chosen),
        rejected: scores.rejected.sub(reference.rejected),
      };
      const rewards = { chosen: gains.chosen.mul(beta), rejected: gains.rejected.mul(beta) };
      return { losses: losses[loss](gains, tokens, options), rewards };
    },
  }) as Objective;
}
