// How much memory training will need at its peak: one formula, each term shown. Arithmetic only; needs no addon.
// Derived from what a step keeps alive; the constants of the activation term were fitted to measured peaks (dev/LOG.md).

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
  /** They are adapters beside the weights, rather than the weights. */
  isAdapter: boolean;
  /** Of the last blocks, how many the backward pass goes through. */
  trainedBlocks: number;
  optimizer: string;
  /** Sequences in one forward pass. */
  batch: number;
  /** Tokens of the longest row after the cut, with its padding. */
  longestRow: number;
  /** Share of positions that are learned, 0 to 1: the head runs on those only. */
  learnedShare: number;
  /** Bytes of a weight: 4 in float32, 2 in half precision. */
  weightBytes: number;
}

export interface MemoryTerm {
  name: string;
  bytes: number;
  formula: string;
}

export interface MemoryEstimate {
  totalBytes: number;
  /** They add up to the total. */
  terms: MemoryTerm[];
}

/** Arrays of hidden and of inner size that the backward pass of a block keeps, in float32. */
const hiddenCopies = 12;
const innerCopies = 4;
/** Copies of the attention scores kept where attention is not fused: the softmax of every block, and one at work. */
const scoreCopies = 1.5;
/** Logits and their gradient. */
const logitCopies = 2;
const floatBytes = 4;

/** Peak bytes and the terms that add up to them. */
export function estimateMemory(model: EstimatedModel, run: EstimatedRun): MemoryEstimate {
  const { trainable, batch, longestRow: length, trainedBlocks } = run;
  const tokens = batch * length;
  const { hiddenSize, innerSize, headCount, vocabularySize } = model;
  const activations =
    trainedBlocks * tokens * (hiddenCopies * hiddenSize + innerCopies * innerSize) * floatBytes;
  const scores = trainedBlocks * batch * headCount * length * length * scoreCopies * floatBytes;
  const logits = tokens * run.learnedShare * vocabularySize * logitCopies * floatBytes;
  const terms: MemoryTerm[] = [
    term("weights", model.parameterCount * run.weightBytes, "parameters × bytes a weight"),
    ...(run.isAdapter ? [term("adapters", trainable * floatBytes, "trainable × 4 B")] : []),
    term("gradients", trainable * floatBytes, "trainable × 4 B"),
    term("optimizer", 2 * trainable * floatBytes, "trainable × 2 moments × 4 B"),
    term("update", 3 * trainable * floatBytes, "new weights and moments beside the old"),
    term(
      "activations",
      activations,
      `trained blocks × batch × length × (${hiddenCopies}·hidden + ${innerCopies}·inner) × 4 B`,
    ),
    term("attention", scores, `trained blocks × batch × heads × length² × ${scoreCopies} × 4 B`),
    term("logits", logits, `learned tokens × vocabulary × ${logitCopies} × 4 B`),
  ];
  return { totalBytes: terms.reduce((sum, { bytes }) => sum + bytes, 0), terms };
}

function term(name: string, bytes: number, formula: string): MemoryTerm {
  return { name, bytes: Math.round(bytes), formula };
}
