// Simple preference optimization (Meng et al. 2024): by token, the better answer is to be more probable than the worse by
// a margin. Compares with no other model.
import { smoothed } from "./dpo.ts";
import type { Objective } from "./objective.ts";
import type { PreferenceOptions } from "./options.ts";
import { pairObjective, perToken } from "./pairs.ts";

export function simpo(options: PreferenceOptions): Objective {
  const { beta, gamma, label_smoothing, share_prompt: sharePrompt } = options;
  return pairObjective({
    asksReference: false,
    sharePrompt,
    loss: ({ scores, tokens }) => {
      const { chosen, rejected } = perToken(scores, tokens);
      const rewards = { chosen: chosen.mul(beta), rejected: rejected.mul(beta) };
      const beyond = rewards.chosen.sub(rewards.rejected).sub(gamma);
      return { losses: smoothed(beyond, label_smoothing), rewards };
    },
  }) as Objective;
}
