// What builtin/tiny is pre-trained on and for how long: phases, one after another, and the batch of each step.
// A batch is a function of seed and step alone, so that a resumed run sees what an unbroken one would.
import { Random } from "../../src/core/random.ts";
import { type Batch, collate } from "../../src/data/index.ts";
import type { Tokenizer } from "../../src/text/types.ts";
import { drawDocument, type Mixture, mixtures } from "./corpus.ts";

export interface Phase {
  name: string;
  mixture: Mixture;
  rows: number;
  rowTokens: number;
  /** Documents fill the row, the last one cut; else each row is one document, padded. */
  packed: boolean;
  steps: number;
  /** Over the first so many of its steps the rate rises linearly from zero. */
  warmupSteps: number;
  /** Over the last so many of its steps it falls linearly to zero. */
  decaySteps: number;
}

/**
 * Lists one a row first: copying comes within a few hundred short steps there, and did not come at
 * all from the whole mixture (dev/LOG.md).
 */
export const phases: readonly Phase[] = [
  {
    name: "copying",
    mixture: mixtures.copying,
    rows: 32,
    rowTokens: 28,
    packed: false,
    steps: 1000,
    warmupSteps: 50,
    decaySteps: 0,
  },
  {
    name: "bridge",
    mixture: mixtures.bridge,
    rows: 24,
    rowTokens: 64,
    packed: true,
    steps: 400,
    warmupSteps: 200,
    decaySteps: 0,
  },
  {
    name: "everything",
    mixture: mixtures.everything,
    rows: 24,
    rowTokens: 128,
    packed: true,
    steps: 8000,
    warmupSteps: 100,
    decaySteps: 4500,
  },
];

const seed = 20;
const padId = 3;
const peakRate = 0.02;

export const totalSteps = phases.reduce((sum, { steps }) => sum + steps, 0);

/** The phase that a step belongs to, and the step's number in it. */
export function phaseAt(step: number): { phase: Phase; stepInPhase: number } {
  let stepInPhase = step;
  for (const phase of phases) {
    if (stepInPhase < phase.steps) return { phase, stepInPhase };
    stepInPhase -= phase.steps;
  }
  throw new RangeError(`step ${step} of ${totalSteps}`);
}

/** Muon's rate; AdamW's is a share of it. */
export function learningRate(step: number): number {
  const { phase, stepInPhase } = phaseAt(step);
  const left = (phase.steps - stepInPhase) / Math.max(1, phase.decaySteps);
  return peakRate * Math.min(1, (stepInPhase + 1) / phase.warmupSteps, left);
}

function drawRow(random: Random, tokenizer: Tokenizer, phase: Phase): Int32Array {
  const ids = [...tokenizer.encode(drawDocument(random, phase.mixture))];
  while (phase.packed && ids.length <= phase.rowTokens)
    ids.push(...tokenizer.encode(drawDocument(random, phase.mixture)));
  return Int32Array.from(ids.slice(0, phase.rowTokens + 1));
}

export function drawBatch(tokenizer: Tokenizer, phase: Phase, name: string): Batch {
  const random = Random.fromSeed(seed).split(`${phase.name} ${name}`);
  const units = Array.from({ length: phase.rows }, () => {
    const ids = drawRow(random, tokenizer, phase);
    return [{ ids, weights: new Float32Array(ids.length).fill(1) }];
  });
  return collate(units, { padId, padToMultiple: phase.rowTokens, maxLength: phase.rowTokens });
}
