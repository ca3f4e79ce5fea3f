// Odds ratio preference optimization (Hong et al. 2024): the better answer is learned, by token, and its odds are to be
// higher than those of the worse. Compares with no other model.
import type { Tensor } from "../../mx/index.ts";
import type { Objective } from "./objective.ts";
import type { PreferenceOptions } from "./options.ts";
import { negativeLogSigmoid, pairObjective, perToken } from "./pairs.ts";

/** log p below this is as good as certain: its odds would be infinite. */
const certain = -1e-6;

/** log(p / (1 − p)) of log p. */
function logOdds(logP: Tensor): Tensor {
  const below = logP.minimum(certain);
  return below.sub(below.exp().neg().add(1).log());
}

export function orpo({ beta, share_prompt: sharePrompt }: PreferenceOptions): Objective {
  return pairObjective({
    asksReference: false,
    sharePrompt,
    figures: ["nll", "log_odds"],
    loss: ({ scores, tokens }) => {
      const { chosen, rejected } = perToken(scores, tokens);
      const odds = logOdds(chosen).sub(logOdds(rejected));
      return {
        losses: negativeLogSigmoid(odds).mul(beta).sub(chosen),
        rewards: { chosen: chosen.mul(beta), rejected: rejected.mul(beta) },
        figures: { nll: chosen.neg(), log_odds: odds },
      };
    },
  }) as Objective;
}
