// How many numbers a run at a service trains, from the headers of the base model's weights, which stay where they are.
import { openStoredModel, type ResolvedModel } from "../../weights/index.ts";
import type { LearnedParts } from "./train-remote.ts";

export interface RemoteSize {
  trainableParameters: number;
  totalParameters: number;
}

const ATTENTION = /\.(?:q|k|v|o|qkv)_proj\.weight$/;
const MLP = /\.(?:gate|up|down|gate_up)_proj(?:\.weight)?$/;
const HEAD = /^lm_head\.weight$/;
const EMBEDDING = /embed_tokens\.weight$/;

/** Of factors on one layer, or on each of a stack of layers. */
function factors(shape: readonly number[], rank: number): number {
  const [outputs = 0, inputs = 0] = shape.slice(-2);
  const stacked = shape.slice(0, -2).reduce((product, size) => product * size, 1);
  return stacked * rank * (inputs + outputs);
}

/** Both 0 where the hub does not have the model's weights, or does not say. */
export async function remoteSize(
  { folder, remote }: Pick<ResolvedModel, "folder" | "remote">,
  { rank, parts }: { rank: number; parts: LearnedParts },
): Promise<RemoteSize> {
  try {
    const { tensors } = await openStoredModel(folder, remote);
    const named = [...tensors].map(([name, { shape }]) => ({ name, shape }));
    const hasHead = named.some(({ name }) => HEAD.test(name));
    const adapted = named.filter(({ name }) => {
      if (ATTENTION.test(name)) return parts.trainAttention;
      if (MLP.test(name)) return parts.trainMlp;
      return parts.trainUnembed && (HEAD.test(name) || (!hasHead && EMBEDDING.test(name)));
    });
    return {
      trainableParameters: adapted.reduce((sum, { shape }) => sum + factors(shape, rank), 0),
      totalParameters: named.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
    };
  } catch {
    return { trainableParameters: 0, totalParameters: 0 };
  }
}
