// What tunings by low-rank adapters of one kind or another share, before there is a model.
import type { TuningEntry } from "./tuning.ts";

/** The tuning that puts adapters of `kind` on a model; `name` is what a person calls it. */
export const lowRankTuning = (kind: string, name: string, about: string): TuningEntry => ({
  about,
  isAdapter: true,
  divides: true,
  groups: ["lora"],
  plan: async (model, options, names) =>
    (await import("./attach-adapter.ts")).planAdapter(kind, model, options, names),
  describe: ({ lora: { r, alpha, scale } }) => [
    [`${name} Rank`, `${r} (${scale === null ? `α=${alpha}` : `scale ${scale}`})`],
  ],
  load: async () => (await import("./attach-adapter.ts")).adapterTuning(kind),
});
