// Whether rounding to few bits has left what an adapter learned in a model that was written, and the one refusal of a
// result that would lose it. What is measured stands in survival.ts; which results are measured, each form says itself.
import { ModelError } from "../core/errors.ts";
import type { StoredModel } from "../weights/index.ts";
import type { MergedModel } from "./merged-model.ts";
import { type Survival, survivalOf } from "./survival.ts";

/** A model with an adapter's update that is rounded where it is written. */
export interface RoundedUpdate {
  merged: MergedModel;
  /** The result under the passing name at which it was written. */
  open(to: string): Promise<StoredModel>;
}

/** Along the update the result is nearer to base and adapter than to the base, and not as far beyond. */
export const isKept = ({ kept }: Pick<Survival, "kept">): boolean => Math.abs(kept - 1) <= 0.5;

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** How much is left, in words. */
export const keptText = ({ kept, noise }: Pick<Survival, "kept" | "noise">): string =>
  `left of the update: ${percent(kept)}; rounding adds ${percent(noise)} of its length beside it`;

/** The error for a result that has lost the update; `problems` are what else shows it. */
export function lostUpdate(
  survival: Pick<Survival, "kept" | "noise">,
  { problems = [], hint }: { problems?: readonly string[]; hint: string },
): ModelError {
  return new ModelError("FT-ADAPTER-012", {
    message:
      "quantized this way, the merged model would lose what the adapter learned; nothing was written",
    problems: [keptText(survival), ...problems],
    hint,
  });
}

/**
 * What is left of the update in what was written at `to`.
 * @throws ModelError FT-ADAPTER-012 where it is not kept.
 */
export async function requireKept({ merged, open }: RoundedUpdate, to: string): Promise<Survival> {
  const survival = await survivalOf(merged, await open(to));
  if (isKept(survival)) return survival;
  throw lostUpdate(survival, {
    hint: "--quant with more bits may keep it, and a form that is not quantized does; ft merge measures more",
  });
}
