// How Mamba's checkpoints spell what is around the blocks, and what a tied head and older files have otherwise.
import { readsOnly, type Recipe, rename, tie } from "../../../weights/index.ts";
import type { DecoderNames } from "../decoder.ts";

export const mambaNames: DecoderNames = {
  decoder: "backbone",
  embedding: "embeddings",
  blocks: "layers",
  norm: "norm_f",
  head: "lm_head",
};

export function mambaRecipe({ tie_word_embeddings }: { tie_word_embeddings: boolean }): Recipe {
  return [
    ...(tie_word_embeddings ? [tie("lm_head.weight", "backbone.embeddings.weight")] : []),
    readsOnly(rename("backbone.embedding.weight", "backbone.embeddings.weight")),
  ];
}
