// How transformers and mlx-lm name what a planned model has, for adapters of theirs that training begins with.
import { architectureOf, type PlannedModel } from "../../models/index.ts";
import type { ForeignNames } from "../../train/tuning/index.ts";
import { shapesOf } from "../../weights/index.ts";

export async function foreignNames({ source }: PlannedModel): Promise<ForeignNames> {
  const { config } = source;
  const architecture = await architectureOf(config);
  return {
    published: architecture.recipe(config),
    mlx: architecture.packedRecipe(config),
    shapes: shapesOf(source),
  };
}
