// How much memory training will need at its peak: one formula, each term shown. Arithmetic only; needs no addon.
// What the process has resident is estimated, since that is what gets it killed: arrays, what the allocator keeps of
// freed ones, and the program. Constants were fitted to measured peaks (dev/LOG.md, dev/bench/memory-estimate.ts).

/** Sizes of a model, as its architecture computes them from config.json. */
export interface EstimatedModel {
  hiddenSize: number;
  innerSize: number;
  blockCount: number;
  headCount: number;
  vocabularySize: number;
  parameterCount: number;
}

export interface EstimatedRun {
  /** How many numbers are trained. */
  trainable: number;
  /** Of the optimizer, for all that is trained. */
  stateBytes: number;
  /** As its optimizer says: arrays of the size of what is trained that an update works with. */
  updateCopies: number;
  /** They are adapters beside the weights, rather than the weights. */
  isAdapter: boolean;
  /** Of the last blocks, how many the backward pass goes through. */
  trainedBlocks: number;
  /** Sequences in one forward pass. */
  batch: number;
  /** Tokens of the longest row after the cut, with its padding. */
  longestRow: number;
  /** Share of positions that are learned, 0 to 1: the head runs on those only. */
  learnedShare: number;
  /** Bytes of a weight: 4 in float32, 2 in half precision. */
  weightBytes: number;
  /** Of a block only its input is kept; the rest is computed again, one block at a time. */
  recompute: boolean;
}

export interface MemoryTerm {
  name: string;
  bytes: number;
  formula: string;
}

export interface MemoryEstimate {
  /** Resident in the process. */
  totalBytes: number;
  /** Of that, arrays alive at once, as MLX counts its peak. */
  peakBytes: number;
  /** Of that, freed arrays that the allocator may keep for the next ones: a run sets this as its limit. */
  cacheBytes: number;
  /** They add up to the total. */
  terms: MemoryTerm[];
}

/** Arrays of hidden and of inner size that the backward pass of a block keeps, in float32. */
const hiddenCopies = 12;
const innerCopies = 4;
/** With recomputation, blocks' worth of these at once: what is computed again, and the gradients on the way through it. */
const workedBlocks = 2;
/** Copies of the attention scores kept where attention is not fused: the softmax of every block, and one at work. */
const scoreCopies = 1.5;
/** Logits and their gradient. */
const logitCopies = 2;
const floatBytes = 4;
/**
 * What the allocator may keep, as a share of what a step allocates and frees. Arrays of another length are no use to the
 * next batch, so without a limit rows of many lengths fill any memory; below a half, steps spend their time on pages
 * that the system clears.
 */
const cacheShare = 0.5;
/** A small model's cache costs nothing worth saving. */
const leastCacheBytes = 32e6;
/** Node, the addon, its libraries and rows; and what the tokenizer keeps of each token. */
const programBytes = 140e6;
const bytesPerToken = 1500;

/** Peak bytes of the whole process, and the terms that add up to them. */
export function estimateMemory(model: EstimatedModel, run: EstimatedRun): MemoryEstimate {
  const { trainable, batch, longestRow: length, recompute } = run;
  const tokens = batch * length;
  const { hiddenSize, innerSize, headCount, vocabularySize } = model;
  const blocks = recompute ? Math.min(workedBlocks, run.trainedBlocks) : run.trainedBlocks;
  const counted = recompute ? `${workedBlocks} blocks` : "trained blocks";
  const inputs = model.blockCount * tokens * hiddenSize * floatBytes;
  const activations =
    blocks * tokens * (hiddenCopies * hiddenSize + innerCopies * innerSize) * floatBytes;
  const scores = blocks * batch * headCount * length * length * scoreCopies * floatBytes;
  const logits = tokens * run.learnedShare * vocabularySize * logitCopies * floatBytes;
  const kept: MemoryTerm[] = [
    term("weights", model.parameterCount * run.weightBytes, "parameters × bytes a weight"),
    ...(run.isAdapter ? [term("adapters", trainable * floatBytes, "trainable × 4 B")] : []),
    term("gradients", trainable * floatBytes, "trainable × 4 B"),
    term("optimizer", run.stateBytes, "its state"),
  ];
  const forward = [
    term(
      "activations",
      activations,
      `${counted} × batch × length × (${hiddenCopies}·hidden + ${innerCopies}·inner) × 4 B`,
    ),
    ...(recompute ? [term("block inputs", inputs, "blocks × batch × length × hidden × 4 B")] : []),
    term("attention", scores, `${counted} × batch × heads × length² × ${scoreCopies} × 4 B`),
    term("logits", logits, `learned tokens × vocabulary × ${logitCopies} × 4 B`),
  ];
  const update = run.updateCopies * trainable * floatBytes;
  const passing = Math.max(total(forward), update);
  const cacheBytes = Math.round(Math.max(leastCacheBytes, cacheShare * passing));
  const beyond = `trainable × ${run.updateCopies} × 4 B, where that is more than the pass before it`;
  const terms = [
    ...kept,
    ...forward,
    term("update", passing - total(forward), beyond),
    term("cache", cacheBytes, `${cacheShare} × what a step frees again, kept for the next`),
    term(
      "program",
      programBytes + vocabularySize * bytesPerToken,
      `Node, addon and rows; tokenizer: vocabulary × ${bytesPerToken} B`,
    ),
  ];
  const peakBytes = Math.round(total(kept) + passing);
  return { totalBytes: total(terms), peakBytes, cacheBytes, terms };
}

const total = (terms: readonly MemoryTerm[]): number =>
  terms.reduce((sum, { bytes }) => sum + bytes, 0);

function term(name: string, bytes: number, formula: string): MemoryTerm {
  return { name, bytes: Math.round(bytes), formula };
}
