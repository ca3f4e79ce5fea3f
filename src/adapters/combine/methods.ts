// Ways of combining low-rank adapters, as PEFT's add_weighted_adapter has them: factors added up by themselves, side by
// side, or the sum of the updates in new factors.
import { concatenate, qr, splitKey, type Tensor } from "../../mx/index.ts";
import { principalPart } from "../starts/principal-part.ts";
import type { CombineMethod, CombineOptions, Weighted } from "./method.ts";
import { agreeingMean, drawn, largest, weightedSum } from "./sparse.ts";

type Merge = (tensors: readonly Tensor[], weights: readonly number[]) => Tensor;
type Prune = (tensor: Tensor, options: CombineOptions, key: Tensor) => Tensor;

/** Half of the strength on each factor, its sign on A. */
function factorwise(summary: string, merge: Merge, prune: Prune): CombineMethod {
  const combine: CombineMethod["combine"] = (parts, options) => {
    const root = parts.map(({ strength }) => Math.sqrt(Math.abs(strength)));
    const signed = root.map((value, at) => value * ((parts[at]?.strength ?? 0) < 0 ? -1 : 1));
    const keys = splitKey(options.key, 2 * parts.length);
    const pruned = (tensor: Tensor, at: number): Tensor =>
      prune(tensor, options, keys[at] as Tensor);
    return {
      a: merge(
        parts.map(({ a }, at) => pruned(a, at)),
        signed,
      ),
      b: merge(
        parts.map(({ b }, at) => pruned(b, parts.length + at)),
        root,
      ),
    };
  };
  return { summary, needsSameRank: true, rankOf: ([first = 1]) => first, combine };
}

const whole: Prune = (tensor) => tensor;
const byChance: Prune = (tensor, { density }, key) => drawn(tensor, density, key);
const bySize: Prune = (tensor, { density }) => largest(tensor, density);

function beside(parts: readonly Weighted[]): { a: Tensor; b: Tensor } {
  const isStack = parts[0]?.a.ndim === 3;
  return {
    a: concatenate(
      parts.map(({ a, strength }) => a.mul(strength)),
      1,
    ),
    b: concatenate(
      parts.map(({ b }) => b),
      isStack ? 2 : 0,
    ),
  };
}

/** The best factors of a rank of the sum of all updates, without ever forming it. */
function principal(
  parts: readonly Weighted[],
  rank: number,
  key: Tensor,
): { a: Tensor; b: Tensor } {
  const { a, b } = beside(parts);
  const [rows, left] = qr(a);
  const [columns, right] = qr(b.transpose());
  const core = left.matmul(right.transpose());
  const { right: directions } = principalPart(core, Math.min(rank, core.dim(0)), key);
  return {
    a: rows.matmul(core.matmul(directions)),
    b: columns.matmul(directions).transpose(),
  };
}

const sum = (ranks: readonly number[]): number => ranks.reduce((total, rank) => total + rank, 0);

export const linear = factorwise("factors added up", weightedSum, whole);
export const ties = factorwise(
  "the largest numbers, where most agree in sign",
  agreeingMean,
  bySize,
);
export const dareLinear = factorwise("numbers kept by chance, added up", weightedSum, byChance);
export const dareTies = factorwise(
  "numbers kept by chance, where most agree",
  agreeingMean,
  byChance,
);
export const magnitudePrune = factorwise("the largest numbers, added up", weightedSum, bySize);

export const cat: CombineMethod = {
  summary: "side by side: exactly the sum, of all ranks together",
  rankOf: sum,
  combine: beside,
};

export const svd: CombineMethod = {
  summary: "the best factors of a rank of the sum",
  takesStacks: false,
  rankOf: (ranks, { rank }) => Math.min(rank ?? Math.max(...ranks), sum(ranks)),
  combine: (parts, { rank, key }) => {
    const own = parts.map(({ a }) => a.dim(1));
    return principal(parts, svd.rankOf(own, { rank }), key);
  },
};
