// Runs of several workers beside runs of one, through the program: what each reported, and how far two are apart.
import { join } from "node:path";
import { expect } from "vitest";
import { scope } from "../../src/mx/index.ts";
import type { RunEvent, RunEventOf } from "../../src/runs/index.ts";
import { loadTensorFile } from "../../src/weights/index.ts";
import { eventsOf, runProgram } from "./program.ts";

/** Plain gradient descent: what a step moves is the gradient times the rate, and errors do not grow. */
export const plain = [
  ...["--optimizer", "sgd", "--momentum", "0", "--weight-decay", "0", "--warmup-steps", "0"],
];

export interface Trained {
  events: RunEvent[];
  steps: RunEventOf<"step-reported">[];
  evaluations: RunEventOf<"evaluation-finished">[];
  weights: Map<string, Float32Array>;
}

export const adapterOf = (run: string): string => join(run, "final_model", "adapters.safetensors");

async function weightsIn(file: string): Promise<Map<string, Float32Array>> {
  const { tensors } = await loadTensorFile(file);
  return scope(
    () =>
      new Map(
        [...tensors].map(([name, value]) => [
          name,
          Float32Array.from(value.astype("float32").toMemory() as Float32Array),
        ]),
      ),
  );
}

export const of = <T extends RunEvent["type"]>(events: RunEvent[], type: T): RunEventOf<T>[] =>
  events.filter((event): event is RunEventOf<T> => event.type === type);

/** Runs the program with these arguments and reads `file`, what it trained. */
export async function seen(args: readonly string[], file: string): Promise<Trained> {
  const { code, stdout, stderr } = await runProgram([...args, "--json"]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const events = eventsOf(stdout);
  return {
    events,
    steps: of(events, "step-reported"),
    evaluations: of(events, "evaluation-finished"),
    weights: await weightsIn(file),
  };
}

export const ofWorkers = (workers: number): string[] =>
  workers === 1 ? [] : ["--workers", String(workers)];

/** The largest difference of two sets of arrays, as a share of the largest number in either. */
export function gap(one: Map<string, Float32Array>, other: Map<string, Float32Array>): number {
  expect([...other.keys()]).toEqual([...one.keys()]);
  let difference = 0;
  let largest = 0;
  for (const [name, values] of one) {
    values.forEach((value, at) => {
      difference = Math.max(difference, Math.abs(value - (other.get(name)?.[at] ?? Number.NaN)));
      largest = Math.max(largest, Math.abs(value));
    });
  }
  return difference / largest;
}

/**
 * Float32 has 2^-24 ≈ 6e-8 a sum. What differs is the order in which rows are summed, over a few hundred terms, and it
 * goes through a few products more before it is a loss or a weight.
 */
export const tolerance = 1e-5;

/** That a figure is another's, as far as sums in another order are; one that is nearly nothing counts as 1. */
function requireClose(name: string, found: number | null | undefined, wanted: number): void {
  const apart = Math.abs((found ?? Number.NaN) - wanted) / Math.max(Math.abs(wanted), 1);
  expect({ name, found, wanted, isClose: apart < tolerance }).toMatchObject({ isClose: true });
}

/**
 * Losses, norms of gradients, figures, counts and weights, of every step and evaluation; `isChance` says which figures of
 * a step, counted from 1, are those of numbers that are nothing but rounding.
 */
export function requireSame(
  one: Trained,
  several: Trained,
  isChance: (step: number, figure: string) => boolean = () => false,
): void {
  expect(several.steps).toHaveLength(one.steps.length);
  expect(several.evaluations).toHaveLength(one.evaluations.length);
  several.steps.forEach((step, at) => {
    const { trainLoss, gradientNorm, tokens, supervisedTokens, metrics = {} } = one.steps[at] ?? {};
    expect(step).toMatchObject({ tokens, supervisedTokens });
    requireClose("loss", step.trainLoss, trainLoss ?? Number.NaN);
    requireClose("norm", step.gradientNorm, gradientNorm ?? Number.NaN);
    expect(Object.keys(step.metrics ?? {})).toEqual(Object.keys(metrics));
    for (const [name, value] of Object.entries(metrics))
      if (!isChance(step.step, name)) requireClose(name, step.metrics?.[name], value);
  });
  several.evaluations.forEach((evaluation, at) => {
    const { validationLoss, metrics = {} } = one.evaluations[at] ?? {};
    requireClose("validation", evaluation.validationLoss, validationLoss ?? Number.NaN);
    expect(Object.keys(evaluation.metrics ?? {})).toEqual(Object.keys(metrics));
    for (const [name, value] of Object.entries(metrics))
      requireClose(`validation ${name}`, evaluation.metrics?.[name], value);
  });
  expect(gap(one.weights, several.weights)).toBeLessThan(tolerance);
}
