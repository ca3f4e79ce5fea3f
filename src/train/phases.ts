// Where the time of a run goes, by phase: preparing batches, steps, evaluations, saving. Sums of seconds, told at the end.

export const PHASES = ["batches", "steps", "graph", "evaluation", "samples", "saving"] as const;
export type Phase = (typeof PHASES)[number];

export class Phases {
  readonly #milliseconds = new Map<Phase, number>();

  add(phase: Phase, milliseconds: number): void {
    this.#milliseconds.set(phase, (this.#milliseconds.get(phase) ?? 0) + milliseconds);
  }

  /** Seconds of each; `graph` is the part of `steps` in which TypeScript builds the graph. */
  seconds(): Record<Phase, number> {
    const told = PHASES.map((phase) => [phase, (this.#milliseconds.get(phase) ?? 0) / 1000]);
    return Object.fromEntries(told) as Record<Phase, number>;
  }
}
