// How large a model is, in numbers: what memory estimates and listings need before any weight exists.
// Read from the built model, whose shapes are known without weights and without the addon.
import { isLinearLike, isStackedLinearLike, type Module } from "../../nn/index.ts";
import type { LanguageModel } from "./language-model.ts";

export interface LinearSize {
  /** Last name of the layer: "q_proj". */
  name: string;
  /** Its name within the block: "self_attn.q_proj". */
  path: string;
  inputSize: number;
  outputSize: number;
  /** Experts whose weights are stacked in it; 1 for an ordinary layer. */
  count: number;
}

export interface ModelSizes {
  hiddenSize: number;
  /**
   * Inner size of the feed-forward blocks: the widest input of a linear layer; where some are sparse, the inner numbers
   * of a token in a block on average.
   */
  innerSize: number;
  /** Arrays of hidden size that a token has in a block on average as what experts read and give; absent: none. */
  routedArrays?: number;
  /** Arrays of that size that a block keeps for its backward pass, where its feed-forward part says so. */
  innerArrays?: number;
  /** Numbers for each token beside the usual arrays: that a block keeps and reads, and that stand outside of blocks. */
  kept?: { ofBlock: number; ofInput: number; outside: number };
  /** Numbers for each token that one layer works with while gradients pass through it; absent: none worth counting. */
  workPerToken?: number;
  blockCount: number;
  /** Of the block with most attention heads. */
  headCount: number;
  vocabularySize: number;
  /** Most tokens it reads, where it has learned each position; absent where positions are computed. */
  positionLimit?: number;
  /** Longest text it was made for, in tokens; beyond it answers get worse. Absent where config.json does not say. */
  trainedLength?: number;
  /** Linear layers of the block that has most weights in them. */
  linears: readonly LinearSize[];
  /** Linear layers of every block. */
  blocks: readonly (readonly LinearSize[])[];
  parameterCount: number;
}

function linearsOf(block: Module): LinearSize[] {
  return [...block.modules()].flatMap(([path, module]) => {
    const isStacked = isStackedLinearLike(module);
    if (!isStacked && !isLinearLike(module)) return [];
    const { inputSize, outputSize } = module;
    const count = isStacked ? module.expertCount : 1;
    return [{ name: path.split(".").at(-1) ?? path, path, inputSize, outputSize, count }];
  });
}

function weightsIn(linears: readonly LinearSize[]): number {
  return linears.reduce(
    (sum, { inputSize, outputSize, count }) => sum + count * inputSize * outputSize,
    0,
  );
}

/** Attention says how many heads it has. */
function headCount(module: Module): number {
  return "headCount" in module && typeof module.headCount === "number" ? module.headCount : 0;
}

/** What a feed-forward part says of itself. */
function innerArrays(module: Module): number {
  return "innerArrays" in module && typeof module.innerArrays === "number" ? module.innerArrays : 0;
}

/** What parts say of each token: that they keep it beside the usual arrays, or read it beside the hidden state. */
function perToken(root: Module, told: "keptPerToken" | "readPerToken"): number {
  return saidBy(root, told).reduce((sum, one) => sum + one, 0);
}

function saidBy(root: Module, told: "keptPerToken" | "readPerToken" | "workPerToken"): number[] {
  const parts = [...root.modules()].map(([, part]) => Reflect.get(part, told) as unknown);
  return parts.filter((one) => typeof one === "number");
}

function keptBeside(model: LanguageModel): ModelSizes["kept"] {
  const each = model.blocks.map((block) => perToken(block, "keptPerToken"));
  const ofInput = most(model.blocks.map((block) => perToken(block, "readPerToken")));
  const inside = each.reduce((sum, one) => sum + one, 0);
  const outside = perToken(model, "keptPerToken") - inside;
  return inside + outside === 0 ? undefined : { ofBlock: most(each), ofInput, outside };
}

/** What a sparse feed-forward part says of itself. */
interface Sparse {
  innerNumbers: number;
  routedArrays: number;
}

function sparseIn(block: Module): Sparse | undefined {
  for (const [, module] of block.modules())
    if ("routedArrays" in module) return module as Module & Sparse;
  return undefined;
}

const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / Math.max(1, numbers.length);

/** Of blocks some of which are sparse. */
function sparseSizes(
  model: LanguageModel,
  blocks: ModelSizes["blocks"],
): Pick<ModelSizes, "innerSize" | "routedArrays"> | undefined {
  const sparse = model.blocks.map(sparseIn);
  if (sparse.every((part) => part === undefined)) return undefined;
  const inner = sparse.map(
    (part, at) => part?.innerNumbers ?? most((blocks[at] ?? []).map(({ inputSize }) => inputSize)),
  );
  return {
    innerSize: Math.round(mean(inner)),
    routedArrays: mean(sparse.map((part) => part?.routedArrays ?? 0)),
  };
}

const most = (numbers: Iterable<number>): number =>
  [...numbers].reduce((greatest, number) => Math.max(greatest, number), 0);

export function sizesOf(model: LanguageModel): ModelSizes {
  const { embedding, positionLimit, trainedLength } = model;
  const blocks = model.blocks.map(linearsOf);
  const kept = keptBeside(model);
  const work = most(saidBy(model, "workPerToken"));
  const arrays = most([...model.modules()].map(([, module]) => innerArrays(module)));
  return {
    hiddenSize: embedding.size,
    innerSize: most(blocks.flat().map(({ inputSize }) => inputSize)),
    ...sparseSizes(model, blocks),
    ...(arrays > 0 && { innerArrays: arrays }),
    ...(kept !== undefined && { kept }),
    ...(work > 0 && { workPerToken: work }),
    blockCount: blocks.length,
    headCount: most([...model.modules()].map(([, module]) => headCount(module))),
    vocabularySize: embedding.count,
    ...(positionLimit !== undefined && { positionLimit }),
    ...(trainedLength !== undefined && { trainedLength }),
    linears: blocks.reduce((a, b) => (weightsIn(b) > weightsIn(a) ? b : a), []),
    blocks,
    parameterCount: [...model.slots()].reduce((sum, slot) => sum + slot.get().size, 0),
  };
}
