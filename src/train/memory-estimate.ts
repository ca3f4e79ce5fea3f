// How much memory training will need at its peak: one formula, each term shown. Arithmetic only; needs no addon.
// What the process has resident is estimated, since that is what gets it killed: arrays, what the allocator keeps of
// freed ones, and the program. Constants were fitted to measured peaks on the CPU; how far each of them is off is in
// docs/memory.md, which dev/bench/memory-estimate.ts measures. Attention keeps no scores, and losses no logits.

/** Sizes of a model, as its architecture computes them from config.json. */
export interface EstimatedModel {
  hiddenSize: number;
  innerSize: number;
  /** Arrays of inner size that a block keeps for its backward pass; absent: a gated block's. */
  innerArrays?: number;
  /** Numbers for each token beside those: that a block keeps and reads, and that stand outside of blocks. */
  kept?: { ofBlock: number; ofInput: number; outside: number };
  /** Numbers for each token that a layer works with while gradients pass through it; absent: none. */
  workPerToken?: number;
  /** Arrays of hidden size that a block keeps of each token for its experts; absent: none. */
  routedArrays?: number;
  blockCount: number;
  vocabularySize: number;
  parameterCount: number;
}

export interface EstimatedRun {
  /** How many numbers are trained. */
  trainable: number;
  /** Of the optimizer, for all that is trained. */
  stateBytes: number;
  /** As its optimizer says: arrays of the size of a parameter that moving it works with. */
  updateCopies: number;
  /** Of the largest thing that is trained. */
  largest: number;
  /** Numbers of it in the tokens' table, or a head of its own, where those are trained. */
  trainedTable: number;
  /** The head is packed: logits are there then, of some rows at a time. */
  isHeadPacked: boolean;
  /** As the objective says: arrays of all learned logits; 0 where it needs none. */
  logitCopies: number;
  /** Numbers that a block keeps for each token beside those: inputs that were dropped from, outputs that are scaled. */
  keptPerToken: number;
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
  /** Of so many blocks at a time only the input is kept, and the rest is computed again; 0: all is kept. */
  recompute: number;
  /** That reading the weights took beside them. */
  readingBytes: number;
  /** Batches have different lengths. */
  varies: boolean;
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
const hiddenArrays = 6.2;
const gatedInnerArrays = 3.9;
/** And of hidden size for the whole model: what goes into the first block and the head, and gradients on the way. */
const outerArrays = 10.4;
/** Of what experts read and give in a block, the share whose gradients are there at once. */
const routedAtWork = 0.5;
/** A block more is there at once while gradients pass through it. */
const blocksAtWork = 1;
/** Copies of a trained table's gradient: as the head's, and as the embedding's. */
const tableCopies = 2;
const floatBytes = 4;
/**
 * What the allocator may keep, as a share of what a step allocates and frees. Arrays of another length are no use to the
 * next batch, so without a limit rows of many lengths fill any memory; below a half, steps spend their time on pages
 * that the system clears.
 */
const cacheShare = 0.5;
/** Of that, what is there beside the peak: at the peak of batches that are all alike, hardly anything. */
const keptOfAlike = 0.2;
/** A small model's cache costs nothing worth saving. */
const leastCacheBytes = 32e6;
/** Node, the addon, its libraries and rows; and what the tokenizer keeps of each token. */
const programBytes = 150e6;
const bytesPerToken = 800;

/** Arrays of hidden size: of a block, and outside of blocks. */
function hiddenOf({ routedArrays = 0 }: EstimatedModel): { ofBlock: number; outside: number } {
  const shown = (arrays: number): number => Number(arrays.toFixed(1));
  return {
    ofBlock: shown(hiddenArrays + routedArrays),
    outside: shown(outerArrays + routedAtWork * routedArrays),
  };
}

/** What is kept at once of a pass forward, and one backward through `blocks` of the model's blocks. */
function passTerms(model: EstimatedModel, run: EstimatedRun): MemoryTerm[] {
  const { hiddenSize, innerSize, innerArrays = gatedInnerArrays, workPerToken = 0 } = model;
  const hidden = hiddenOf(model);
  const { kept = { ofBlock: 0, ofInput: 0, outside: 0 } } = model;
  const outside = kept.outside > 0 ? ` + ${kept.outside}` : "";
  const perToken = run.keptPerToken + kept.ofBlock;
  const tokens = run.batch * run.longestRow;
  const { recompute, trainedBlocks } = run;
  const blocks =
    (recompute > 0 ? Math.min(recompute, trainedBlocks) : trainedBlocks) + blocksAtWork;
  const ofBlock = hidden.ofBlock * hiddenSize + innerArrays * innerSize + perToken;
  const counted = recompute > 0 ? `${blocks} blocks` : "trained blocks and one";
  // beyond what is counted for a block at work
  const work = tokens * Math.max(0, workPerToken - blocksAtWork * ofBlock) * floatBytes;
  const inputs =
    Math.ceil(model.blockCount / recompute) * tokens * (hiddenSize + kept.ofInput) * floatBytes;
  return [
    term(
      "activations",
      tokens * (blocks * ofBlock + hidden.outside * hiddenSize + kept.outside) * floatBytes,
      `tokens × (${counted} × (${hidden.ofBlock}·hidden + ${innerArrays}·inner + ${Math.round(perToken)}) + ${hidden.outside}·hidden${outside}) × 4 B`,
    ),
    ...(work > 0
      ? [term("layer at work", work, `tokens × (${workPerToken} − a block's) × 4 B`)]
      : []),
    ...(recompute > 0 ? [term("block inputs", inputs, "kept inputs × tokens × hidden × 4 B")] : []),
  ];
}

/** Logits of a trained or packed head at once, unless so few rows have more. */
const logitsAtOnce = 2 ** 24;
const leastRowsAtOnce = 64;
/** Arrays of those that a packed head's losses and slopes are made with; a trained head's take the logits' place. */
const packedLogitCopies = 3;

/** What the head takes beside its weight and their gradient, in bytes: none where it is neither trained nor packed. */
function logitTerm({ vocabularySize }: EstimatedModel, run: EstimatedRun): MemoryTerm[] {
  const learned = run.batch * run.longestRow * run.learnedShare;
  if (run.logitCopies > 0) {
    const bytes = run.logitCopies * learned * vocabularySize * floatBytes;
    return [term("logits", bytes, `learned tokens × vocabulary × ${run.logitCopies} × 4 B`)];
  }
  const copies = run.isHeadPacked ? packedLogitCopies : Math.sign(run.trainedTable);
  if (copies === 0) return [];
  const rows = Math.min(learned, Math.max(leastRowsAtOnce, logitsAtOnce / vocabularySize));
  const bytes = copies * rows * vocabularySize * floatBytes;
  return [term("logits", bytes, `${Math.round(rows)} tokens × vocabulary × ${copies} × 4 B`)];
}

/** Peak bytes of the whole process, and the terms that add up to them. */
export function estimateMemory(model: EstimatedModel, run: EstimatedRun): MemoryEstimate {
  const { trainable, isAdapter } = run;
  const gradients = trainable * floatBytes;
  const kept: MemoryTerm[] = [
    term("weights", model.parameterCount * run.weightBytes, "parameters × bytes a weight"),
    ...(isAdapter ? [term("adapters", gradients, "trainable × 4 B")] : []),
    term("gradients", gradients, "trainable × 4 B"),
    term("optimizer", run.stateBytes, "its state"),
  ];
  const forward = [...passTerms(model, run), ...logitTerm(model, run)];
  const table = tableCopies * run.trainedTable * floatBytes;
  const activations = total(forward);
  // Activations are given up as gradients come: of all weights, the larger of both is there.
  const atStart = activations + table - (isAdapter ? 0 : gradients);
  const atEnd = table + activations / (run.trainedBlocks + blocksAtWork);
  const update = run.updateCopies * run.largest * floatBytes;
  const passing = Math.max(isAdapter ? atStart : Math.max(atStart, atEnd), update);
  const cacheBytes = Math.round(Math.max(leastCacheBytes, cacheShare * (passing + gradients)));
  const beside = run.varies ? cacheBytes : keptOfAlike * cacheShare * passing;
  const terms = [
    ...kept,
    ...forward,
    term("table", table, `${tableCopies} × the trained table × 4 B`),
    term("at once", passing - activations - table, "what of these is not there at the same time"),
    term("cache", beside, "freed arrays, kept for the next"),
    term(
      "program",
      programBytes + model.vocabularySize * bytesPerToken + run.readingBytes,
      `Node, addon and rows; tokenizer: vocabulary × ${bytesPerToken} B; what reading the weights took`,
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
