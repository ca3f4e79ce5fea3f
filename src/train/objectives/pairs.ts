// What every objective over pairs of a better and a worse answer shares: rows, batches, scores and figures. An
// objective says what it makes of the scores, in a file of its own.
import type { CollateOptions, EncodedRow, Row } from "../../data/index.ts";
import { float32, type Tensor } from "../../mx/index.ts";
import type { PreferenceSample } from "../../text/types.ts";
import {
  type AnswerBatch,
  type Answered,
  answerScores,
  answersShape,
  collateAnswers,
  cutPrompt,
  encodeAnswers,
} from "./answers.ts";
import type { Loss, Metric, Objective } from "./objective.ts";

/** (pairs) each, of the better answers and of the worse ones. */
export interface Sides {
  chosen: Tensor;
  rejected: Tensor;
}

export interface PairScores {
  /** log p of the answers, Σ over tokens. */
  scores: Sides;
  /** Tokens of the answers. */
  tokens: Sides;
  /** What the model said before training; zeros for an objective that does not ask. */
  reference: Sides;
}

export interface PairLoss {
  /** (pairs) */
  losses: Tensor;
  /** (pairs) each: what is to grow for the better answers and to fall for the worse. */
  rewards: Sides;
  /** (pairs) each: those that are named beside the loss. */
  figures?: Readonly<Record<string, Tensor>>;
}

export interface PairObjective {
  /** Scores are compared with those of the model before training. */
  asksReference: boolean;
  sharePrompt: boolean;
  /** Names of what its loss figures beside the rewards, in that order. */
  figures?: readonly string[];
  loss(pairs: PairScores): PairLoss;
}

export interface PairBatch extends AnswerBatch {
  /** Of each answer, as `answerScores` numbers them. */
  reference: Float32Array;
}

function answersOf({ sample }: Row): Answered {
  const { prompt, chosen, rejected, tools } = sample as PreferenceSample;
  return { prompt, answers: [chosen, rejected], tools };
}

/** Answers come in pairs, the better one first. */
function sides(answers: Tensor): Sides {
  const [chosen, rejected] = answers.reshape(-1, 2).split(2, 1) as [Tensor, Tensor];
  return { chosen: chosen.squeeze(1), rejected: rejected.squeeze(1) };
}

/** Means over `count` of values, none of which is trained on. */
export function metric(values: Tensor, count: number): Metric {
  return { sum: values.stopGradient().astype("float32").sum(), weight: count };
}

/** log p of an answer's tokens on average. */
export function perToken(scores: Sides, tokens: Sides): Sides {
  return {
    chosen: scores.chosen.div(tokens.chosen),
    rejected: scores.rejected.div(tokens.rejected),
  };
}

/** −log σ(x), without overflow. */
export function negativeLogSigmoid(x: Tensor): Tensor {
  return x.neg().logaddexp(0);
}

/** What was measured of a sample, in the order of its answers. */
export function referenceOf({ row, reference }: EncodedRow): readonly number[] {
  if (reference === undefined)
    throw new RangeError(`nothing was measured of line ${row.line} before training`);
  return reference;
}

export function pairObjective(of: PairObjective): Objective<EncodedRow, PairBatch> {
  const bare = (units: readonly (readonly EncodedRow[])[], options: CollateOptions): AnswerBatch =>
    collateAnswers(
      units.map((unit) => unit.map(({ sequences }) => sequences)),
      options,
      of.sharePrompt,
    );
  const zeros = { measured: () => [0, 0] };
  const { measured } = of.asksReference ? { measured: referenceOf } : zeros;
  return {
    figures: [...rewardFigures, ...(of.figures ?? [])],
    encode: (rows, context) => encodeAnswers(rows, context, answersOf),
    cut: cutPrompt,
    shape: ({ sequences }) => answersShape(sequences, of.sharePrompt),
    collate: (units, options) => {
      const reference = Float32Array.from(units.flat().flatMap(measured));
      return { ...bare(units, options), reference };
    },
    ...(of.asksReference && {
      reference: {
        measure: (model, units, options) => answerScores(model, bare(units, options)),
      },
    }),
    loss: (model, batch, pass = {}) => {
      const pairs = {
        scores: sides(answerScores(model, batch, pass)),
        tokens: sides(float32(batch.answerWeights)),
        reference: sides(float32(batch.reference)),
      };
      return summed(of.loss(pairs), batch.weightSum);
    },
  };
}

/** Of every objective over pairs, in the order of `summed`. */
const rewardFigures = [
  "rewards/chosen",
  "rewards/rejected",
  "rewards/margins",
  "rewards/accuracies",
] as const;

function summed({ losses, rewards, figures = {} }: PairLoss, pairs: number): Loss {
  const margins = rewards.chosen.sub(rewards.rejected);
  const values: Record<(typeof rewardFigures)[number], Tensor> = {
    "rewards/chosen": rewards.chosen,
    "rewards/rejected": rewards.rejected,
    "rewards/margins": margins,
    "rewards/accuracies": margins.greater(0),
  };
  const all = Object.entries({ ...values, ...figures });
  const metrics = all.map(([name, one]) => [name, metric(one, pairs)] as const);
  return { lossSum: losses.sum(), metrics: Object.fromEntries(metrics) };
}
