// What an objective is to the loop: rows to learn from become sequences, sequences a batch, a batch a loss.
// Which weights the loss moves is a tuning's business. The loop knows none of either by name.
import type { BlockModel } from "../../adapters/index.ts";
import type {
  Batch,
  CollateOptions,
  EncodeContext,
  EncodedRow,
  EncodedRows,
  Row,
} from "../../data/index.ts";
import type { Balance, ForwardContext } from "../../models/index.ts";
import type { Tensor, TokenLossOptions } from "../../mx/index.ts";
import type { EmbeddingLike } from "../../nn/index.ts";
import type { Better } from "../best.ts";
import type { DistillationOptions, LossOptions, PreferenceOptions } from "./options.ts";

/** The part of a language model that training needs. */
export interface TrainableModel extends BlockModel {
  readonly embedding: EmbeddingLike;
  hidden(
    ids: Tensor,
    context?: Pick<
      ForwardContext,
      | "positions"
      | "segments"
      | "prefixes"
      | "noise"
      | "recompute"
      | "from"
      | "until"
      | "balance"
      | "counted"
    >,
  ): Tensor;
  head(hidden: Tensor): Tensor;
  headLosses(hidden: Tensor, targets: Tensor, options?: TokenLossOptions): Tensor;
  headLossSum(
    hidden: Tensor,
    told: { targets: Tensor; shares: Tensor },
    options?: TokenLossOptions,
  ): Tensor;
}

/** What the loop reads of a batch; the rest of it is between an objective's `collate` and its `loss`. */
export interface LossBatch {
  /** Tokens that the model reads, without padding. */
  tokens: number;
  learnedTokens: number;
  /** What `lossSum` is divided by for the mean. */
  weightSum: number;
}

/** A figure beside the loss: its mean over a report is Σ sum / Σ weight. `sum` is a scalar. */
export interface Metric {
  sum: Tensor;
  weight: number;
}

export interface Loss {
  /** Scalar. Builds a graph, evaluates nothing. */
  lossSum: Tensor;
  /** By name; an objective gives the same names for every batch. */
  metrics?: Readonly<Record<string, Metric>>;
}

/**
 * How the model is to be run for a loss: what saves memory or time and changes no value, and what only training adds.
 */
export interface LossPass extends Pick<ForwardContext, "recompute" | "noise"> {
  /** The batch's arrays as inputs of a function that is traced; absent: they are made of the batch. */
  arrays?: Readonly<Record<string, Tensor>> | undefined;
  /** Of objectives that read it, in place of the likelihood alone. */
  tokenLoss?: TokenLossOptions | undefined;
  /** How evenly routers spread tokens over experts is learned too, of objectives that read it. */
  balance?: Balance | undefined;
  /** What the frozen blocks give for a batch: the pass goes on from there. */
  prefix?: { block: number; of(batch: Batch): Tensor } | undefined;
}

/** What a batch puts into the graph of its loss. */
export interface BatchArray {
  values: Int32Array | Float32Array;
  shape: readonly number[];
}

export interface SampleShape {
  rows: number;
  /** Positions of each. */
  length: number;
}

/**
 * Of an objective that compares with the model as it was before training: what that said of each row. It is asked once,
 * before the first step, and goes with the row from then on, as its `reference`.
 */
export interface Reference<Encoded extends EncodedRow = EncodedRow> {
  /** The numbers of each sample, one sample after another, as many for each. Evaluates nothing. */
  measure(
    model: TrainableModel,
    units: readonly (readonly Encoded[])[],
    options: CollateOptions,
  ): Tensor;
}

export interface Objective<
  Encoded extends EncodedRow = EncodedRow,
  Batch extends LossBatch = LossBatch,
> {
  /** Rows to sequences; what cannot teach anything is set aside. Throws DataError naming the row. */
  encode(rows: readonly Row[], context: EncodeContext): EncodedRows<Encoded>;
  /**
   * A sample that is longer than `maxLength` tokens, shortened, or undefined where that cannot be. Absent: sequences lose
   * their ends.
   */
  cut?(sample: Encoded, maxLength: number): Encoded | undefined;
  /** Samples as they are trained on, once they are cut, in their order. Absent: as they are. */
  arrange?(samples: readonly Encoded[]): Encoded[];
  /** What a sample takes of a batch; absent: one row, with its sequences one after another. */
  shape?(sample: Encoded): SampleShape;
  /** The same, learning from `teacher` as well: a frozen model with the same tokens. Only of one that has a teacher. */
  taughtBy?(teacher: TrainableModel): Objective<Encoded, Batch>;
  readonly reference?: Reference<Encoded>;
  /**
   * Names of the metrics of `loss`, in its order: one of several workers that has no row of a batch knows them from here.
   * Absent: it has none.
   */
  readonly figures?: readonly string[];
  /** One unit a row of the batch; a unit is one sample, or several packed together. */
  collate(units: readonly (readonly Encoded[])[], options: CollateOptions): Batch;
  /**
   * All that a batch puts into its loss, by name. With it the loss is a function of these arrays, has no metrics, and can
   * be compiled; `loss` then takes them from the pass where it has them.
   */
  arrays?(batch: Batch, pass?: LossPass): Readonly<Record<string, BatchArray>>;
  loss(model: TrainableModel, batch: Batch, pass?: LossPass): Loss;
}

/** The groups of options that objectives read. */
export interface ObjectiveOptions {
  loss: LossOptions;
  preference: PreferenceOptions;
  distillation: DistillationOptions;
}

/** What is known of an objective without the addon. */
export interface ObjectiveEntry {
  /** One line for help. */
  about: string;
  /** Kinds of sample it learns from, as `Sample.kind` says; rows of other kinds are refused. */
  kinds: readonly string[];
  /** Several of its rows may share a row of a batch: `--packing`. */
  packs?: true;
  /** Its objective has `arrays`: `--compile`. */
  compiles?: true;
  /** Its loss and metrics are sums over rows that do not look at each other: `--workers`. */
  divides?: true;
  /** Which of its metrics can decide what is the best checkpoint, and which way each is better. */
  metrics?: Readonly<Record<string, Better>>;
  /** The model that it learns from beside the rows, as a model is named; null where the options name none. */
  teacher?(options: ObjectiveOptions): string | null;
  /** Arrays of the logits of all learned tokens that its loss and the backward pass work with; absent: none. */
  logitCopies?: number;
  /** The groups of options that it reads; settings of others are of no use to it. */
  groups?: readonly (keyof ObjectiveOptions)[];
  load(options: ObjectiveOptions): Promise<Objective>;
}
