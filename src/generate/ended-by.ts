// Generations that end when a signal is aborted: one listener for all of a signal, however many answers are written.
import type { Generation } from "./generation.ts";

const open = new WeakMap<AbortSignal, Set<Generation>>();

function generationsOf(signal: AbortSignal): Set<Generation> {
  const known = open.get(signal);
  if (known !== undefined) return known;
  const generations = new Set<Generation>();
  open.set(signal, generations);
  signal.addEventListener("abort", () => {
    for (const generation of generations) generation.cancel();
  });
  return generations;
}

/** Cancels the generation when the signal is aborted before it has ended. */
export function endedBy(generation: Generation, signal: AbortSignal | undefined): Generation {
  if (signal?.aborted === true) generation.cancel();
  if (signal === undefined || signal.aborted) return generation;
  const generations = generationsOf(signal);
  generations.add(generation);
  const forget = (): boolean => generations.delete(generation);
  generation.ended.then(forget, forget);
  return generation;
}
