// Answers to a prompt: rows become a sequence an answer, a batch runs the prompt once with the answers behind it, and
// each answer gets its log-probability. What is made of these numbers is the objectives'.
import {
  type Batch,
  collate,
  type CollateOptions,
  type EncodeContext,
  type EncodedRow,
  type EncodedRows,
  inputLength,
  learnedTokens,
  type Row,
  type Sequence,
} from "../../data/index.ts";
import { float32, type Tensor } from "../../mx/index.ts";
import { maskingOf } from "../../text/reasoning.ts";
import type { JsonObject, Message, Sample } from "../../text/types.ts";
import type { LossPass, SampleShape, TrainableModel } from "./objective.ts";
import { tokenLosses } from "./token-losses.ts";

/** A prompt with some answers. */
export interface Answered {
  prompt: readonly Message[];
  answers: readonly (readonly Message[])[];
  tools?: readonly JsonObject[] | undefined;
}

/** Each answer behind the prompt, as a conversation of which the answer alone is learned. */
function conversations({ prompt, answers, tools }: Answered): Sample[] {
  const asked = prompt.map((message) =>
    message.role === "assistant" ? { ...message, weight: 0 } : message,
  );
  return answers.map((answer) => {
    return { kind: "chat", messages: [...asked, ...answer], ...(tools && { tools }) };
  });
}

/** A sequence an answer; rows of which an answer teaches nothing are set aside. Throws what the renderer throws. */
export function encodeAnswers(
  rows: readonly Row[],
  { renderer, maskPolicy }: EncodeContext,
  answered: (row: Row) => Answered,
): EncodedRows {
  const samples = rows.map((row) => conversations(answered(row)));
  const owners = rows.flatMap((row, at) => samples[at]?.map(() => row) ?? []);
  // Which turns are learned is the rows' matter; what of them, thoughts and all, is asked as for any row.
  const masking = { ...maskingOf(maskPolicy), turns: "assistant" as const };
  const rendered = renderer.renderMany(samples.flat(), masking, (at) => {
    const { file = "", line = 0 } = owners[at] ?? {};
    return { file, line };
  });
  const result: EncodedRows = { samples: [], truncated: 0, dropped: [] };
  let next = 0;
  for (const [at, row] of rows.entries()) {
    const end = next + (samples[at]?.length ?? 0);
    const sequences = rendered.slice(next, end).map(({ ids, weights }) => {
      return { ids: Int32Array.from(ids), weights: Float32Array.from(weights) };
    });
    next = end;
    if (sequences.every((one) => learnedTokens(one) > 0)) result.samples.push({ row, sequences });
    else result.dropped.push({ row, tokens: longest(sequences), reason: "no token to learn" });
  }
  return result;
}

function longest(sequences: readonly Sequence[]): number {
  return Math.max(0, ...sequences.map(({ ids }) => ids.length));
}

const lengthOf = (sequence: Sequence | undefined): number => sequence?.ids.length ?? 0;

/** Tokens that all sequences begin with, before the first one that is learned. */
export function sharedPrompt(sequences: readonly Sequence[]): number {
  const [first] = sequences;
  if (first === undefined) return 0;
  const learned = sequences.map(({ weights }) => weights.findIndex((weight) => weight !== 0));
  const limit = Math.min(...learned.map((at, index) => (at < 0 ? lengthOf(sequences[index]) : at)));
  let length = 0;
  while (length < limit && sequences.every(({ ids }) => ids[length] === first.ids[length]))
    length++;
  return length;
}

/**
 * Shortened to `maxLength` tokens a sequence by leaving out the beginning of the prompt: an answer is never cut.
 * Undefined where that leaves no prompt.
 */
export function cutPrompt<Encoded extends EncodedRow>(
  sample: Encoded,
  maxLength: number,
): Encoded | undefined {
  const over = longest(sample.sequences) - maxLength;
  if (over <= 0) return sample;
  if (sharedPrompt(sample.sequences) - over < 1) return undefined;
  const sequences = sample.sequences.map(({ ids, weights }) => {
    return { ids: ids.slice(over), weights: weights.slice(over) };
  });
  return { ...sample, sequences };
}

export interface AnswerBatch extends Batch {
  /** (batch × length) the number of the answer that a position belongs to; −1: none's. */
  owners: Int32Array;
  /** Σ weights of each answer. */
  answerWeights: Float32Array;
}

/** A part of a row of the batch: a prompt that answers share, or what follows it. */
interface Piece {
  sequence: Sequence;
  /** Position of its first token. */
  position: number;
  /** Undefined for a prompt. */
  owner: number | undefined;
}

function from({ ids, weights }: Sequence, start: number): Sequence {
  return { ids: ids.subarray(start), weights: weights.subarray(start) };
}

/**
 * The prompt without its last token, then each answer behind that token: so each position has one target only. `first`
 * is the number of the first answer.
 */
function piecesOf(sequences: readonly Sequence[], first: number): Piece[] {
  const shared = Math.max(0, sharedPrompt(sequences) - 1);
  const answers = sequences.map((sequence, at): Piece => {
    return { sequence: from(sequence, shared), position: shared, owner: first + at };
  });
  const [one] = sequences;
  if (one === undefined || shared === 0) return answers;
  const ids = one.ids.subarray(0, shared + 1);
  const prompt = { ids, weights: new Float32Array(ids.length) };
  return [{ sequence: prompt, position: 0, owner: undefined }, ...answers];
}

/** What answers to one prompt take of a batch. */
export function answersShape(sequences: readonly Sequence[], sharePrompt: boolean): SampleShape {
  if (!sharePrompt) return { rows: sequences.length, length: longest(sequences) - 1 };
  const lengths = piecesOf(sequences, 0).map(({ sequence }) => inputLength(sequence));
  return { rows: 1, length: lengths.reduce((sum, length) => sum + length, 0) };
}

/** Tells positions, owners and prompts of the pieces that stand in the batch already. */
function mark(batch: AnswerBatch, rows: readonly (readonly Piece[])[]): void {
  const prefixes = batch.segments.slice();
  for (const [row, pieces] of rows.entries()) {
    let start = row * batch.length;
    let prompt = 0;
    for (const [at, { sequence, position, owner }] of pieces.entries()) {
      const end = start + sequence.ids.length - 1;
      if (owner === undefined) prompt = at + 1;
      else batch.owners.fill(owner, start, end);
      if (owner !== undefined && position > 0) prefixes.fill(prompt, start, end);
      for (let token = start; token < end; token++)
        batch.positions[token] = position + token - start;
      start = end;
    }
  }
  batch.prefixes = prefixes;
}

const sum = (weights: Float32Array): number => weights.reduce((total, weight) => total + weight, 0);

/** Units of groups of answers, each group to one prompt. `weightSum` is the number of groups. */
export function collateAnswers(
  units: readonly (readonly (readonly Sequence[])[])[],
  options: CollateOptions,
  sharePrompt: boolean,
): AnswerBatch {
  const groups = units.flat();
  let count = 0;
  const numbered = (group: readonly Sequence[]): Piece[] =>
    piecesOf(group, (count += group.length) - group.length);
  const rows = sharePrompt
    ? units.map((unit) => unit.flatMap(numbered))
    : groups.flat().map((sequence, owner): Piece[] => [{ sequence, position: 0, owner }]);
  const plain = collate(
    rows.map((pieces) => pieces.map(({ sequence }) => sequence)),
    options,
  );
  const batch: AnswerBatch = {
    ...plain,
    owners: new Int32Array(plain.ids.length).fill(-1),
    answerWeights: Float32Array.from(groups.flat(), ({ weights }) => sum(weights.subarray(1))),
    weightSum: groups.length,
  };
  mark(batch, rows);
  if (!sharePrompt) delete batch.prefixes;
  return batch;
}

/** (answers) float32: log p of each answer, Σ over its learned tokens. Builds a graph, evaluates nothing. */
export function answerScores(
  model: TrainableModel,
  batch: AnswerBatch,
  pass: LossPass = {},
): Tensor {
  const { losses, learned } = tokenLosses(model, batch, pass);
  const { rows, weights } = learned;
  const answers = batch.answerWeights.length;
  const members = new Float32Array(answers * rows.length);
  for (const [at, row] of rows.entries()) {
    const owner = batch.owners[row] ?? -1;
    if (owner >= 0) members[owner * rows.length + at] = -(weights[at] ?? 0);
  }
  return float32(members, [answers, rows.length]).matmul(losses.expandDims(1)).squeeze(1);
}
