// Kahneman-Tversky optimization (Ethayarajh et al. 2024): single answers, each as wanted or not. What a wanted one gains
// over the model before training is valued, what an unwanted one gains is not, both against what answers to other
// prompts gain: how far the model has moved anyway.
import {
  type CollateOptions,
  type EncodedRow,
  learnedCount,
  type Row,
  type Sequence,
} from "../../data/index.ts";
import { float32, type Tensor } from "../../mx/index.ts";
import type { JudgedSample } from "../../text/types.ts";
import {
  type AnswerBatch,
  type Answered,
  answerScores,
  answersShape,
  collateAnswers,
  cutPrompt,
  encodeAnswers,
} from "./answers.ts";
import type { Loss, Objective } from "./objective.ts";
import type { PreferenceOptions } from "./options.ts";
import { metric, referenceOf } from "./pairs.ts";

/** Its second sequence is the prompt with the answer of another row: measured, never learned. */
interface KtoRow extends EncodedRow {
  /** Which tokens of the second sequence are that answer. */
  strange?: Float32Array;
}

interface KtoBatch extends AnswerBatch {
  /** (answers) Two for each row: its own, then that of another row. */
  reference: Float32Array;
  /** (rows) */
  labels: boolean[];
}

function answersOf({ sample }: Row): Answered {
  const { prompt, completion, tools } = sample as JudgedSample;
  return { prompt, answers: [completion], tools };
}

const own = ({ sequences }: EncodedRow): Sequence => {
  const [sequence] = sequences;
  if (sequence === undefined) throw new RangeError("a row without an answer");
  return sequence;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Where the answer begins. */
const answerStart = ({ weights }: Sequence): number => weights.findIndex((weight) => weight !== 0);

const promptOf = (sequence: Sequence): string =>
  sequence.ids.subarray(0, answerStart(sequence)).join();

/** Joins a prompt and the answer of another row, cut to `longest` tokens. */
function joined(prompt: Sequence, other: Sequence, longest: number): Sequence {
  const [start, from] = [answerStart(prompt), answerStart(other)];
  const length = Math.max(start + 1, Math.min(start + other.ids.length - from, longest));
  const ids = new Int32Array(length);
  const weights = new Float32Array(length);
  ids.set(prompt.ids.subarray(0, start));
  ids.set(other.ids.subarray(from, from + length - start), start);
  weights.set(other.weights.subarray(from, from + length - start), start);
  return { ids, weights };
}

/** Gives each row the answer of the nearest row before it that has another prompt, around the end. */
function withStrangers(samples: readonly EncodedRow[]): KtoRow[] {
  const longest = samples.reduce((most, sample) => Math.max(most, own(sample).ids.length), 0);
  const prompts = samples.map((sample) => promptOf(own(sample)));
  return samples.map((sample, at) => {
    const before = (steps: number): number => (at - steps + 2 * samples.length) % samples.length;
    let steps = 1;
    while (steps < samples.length && prompts[before(steps)] === prompts[at]) steps++;
    const other = samples[before(steps)] ?? sample;
    const { ids, weights } = joined(own(sample), own(other), longest);
    const silent = { ids, weights: new Float32Array(ids.length) };
    return { ...sample, sequences: [own(sample), silent], strange: weights };
  });
}

/** Both answers with their weights. */
function measured({ sequences: [mine, other], strange }: KtoRow): Sequence[] {
  if (mine === undefined || other === undefined || strange === undefined)
    throw new RangeError("a row that no other answer was given to");
  return [mine, { ids: other.ids, weights: strange }];
}

/** What the rows gained over the model before training: (rows) for their own answers, one number for the others. */
function gains(scores: Tensor, reference: Float32Array): { answers: Tensor; moved: Tensor } {
  const gained = scores.sub(float32(reference)).reshape(-1, 2);
  const [answers, others] = gained.split(2, 1) as [Tensor, Tensor];
  return { answers: answers.squeeze(1), moved: others.mean().maximum(0).stopGradient() };
}

function lossOf(scores: Tensor, batch: KtoBatch, options: PreferenceOptions): Loss {
  const { beta, desirable_weight, undesirable_weight } = options;
  const { answers, moved } = gains(scores, batch.reference);
  const signs = float32(batch.labels.map((label) => (label ? 1 : -1)));
  const weights = float32(
    batch.labels.map((label) => (label ? desirable_weight : undesirable_weight)),
  );
  const beyond = answers.sub(moved).mul(signs).mul(beta);
  const rewards = answers.mul(beta);
  const isWanted = float32(batch.labels.map(Number));
  const wanted = batch.labels.filter(Boolean).length;
  return {
    lossSum: beyond.neg().sigmoid().mul(weights).sum(),
    metrics: {
      "rewards/chosen": metric(rewards.mul(isWanted), wanted),
      "rewards/rejected": metric(rewards.mul(isWanted.neg().add(1)), signs.size - wanted),
      "rewards/margins": metric(beyond, signs.size),
      "rewards/accuracies": metric(beyond.greater(0), signs.size),
      kl: metric(moved.mul(signs.size), signs.size),
    },
  };
}

export function kto(options: PreferenceOptions): Objective {
  const { share_prompt: sharePrompt } = options;
  const bare = (units: readonly (readonly KtoRow[])[], padding: CollateOptions): AnswerBatch =>
    collateAnswers(
      units.map((unit) => unit.map(measured)),
      padding,
      sharePrompt,
    );
  const objective: Objective<KtoRow, KtoBatch> = {
    encode: (rows, context) => encodeAnswers(rows, context, answersOf),
    cut: cutPrompt,
    arrange: withStrangers,
    shape: (sample) => answersShape(measured(sample), sharePrompt),
    collate: (units, padding) => {
      const rows = units.flat();
      const labels = rows.map(({ row }) => (row.sample as JudgedSample).label);
      const reference = Float32Array.from(rows.flatMap(referenceOf));
      return {
        ...bare(units, padding),
        reference,
        labels,
        learnedTokens: sum(rows.map(learnedCount)),
      };
    },
    reference: { measure: (model, units, padding) => answerScores(model, bare(units, padding)) },
    loss: (model, batch, pass = {}) => lossOf(answerScores(model, batch, pass), batch, options),
  };
  return objective as Objective;
}
