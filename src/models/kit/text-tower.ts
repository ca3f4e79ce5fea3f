// The text model inside a checkpoint that reads more than text: where it is, and that all else is left alone.
// Which text model it is, is the architecture's.
import { drop, readsOnly, type Recipe, rename, tie } from "../../weights/index.ts";
import { type DecoderNames, usualNames } from "./decoder.ts";

/** As modules have been called since transformers 5. */
export const towerNames: DecoderNames = { ...usualNames, decoder: "model.language_model" };

export interface Tower {
  isTied: boolean;
  /** What stands beside the text model and is left alone. */
  beside?: readonly string[];
}

/** Files from before have the parts in another order, and so have those that it writes. */
export function towerRecipe({
  isTied,
  beside = ["vision_tower", "multi_modal_projector"],
}: Tower): Recipe {
  const head = isTied
    ? tie("[language_model.|]lm_head.weight", "model.language_model.embed_tokens.weight")
    : readsOnly(rename("language_model.lm_head.{part}", "lm_head.{part}"));
  return [
    drop(`[model.|][${beside.join("|")}].{path*}`),
    readsOnly(rename("language_model.model.{path*}", "model.language_model.{path*}")),
    head,
  ];
}

/** The order of mlx-lm, which quantizes only what it finds so. */
export const towerPackedRecipe: Recipe = [
  rename("language_model.model.{path*}", "model.language_model.{path*}"),
  rename("language_model.lm_head.{part}", "lm_head.{part}"),
];
