// How much of everything there is on this machine: what the store holds, runs, evaluations. Counts; opens none of it.
import { followedRuns } from "../runs/index.ts";
import { type Store, type StoreTotals, totalsOf } from "../store/index.ts";
import { knownEvaluations } from "./evaluate/known-evaluations.ts";

export interface Totals extends StoreTotals {
  runs: number;
  evaluations: number;
}

export async function countEverything(store: Store): Promise<Totals> {
  const [runs, evaluations] = [followedRuns().length, knownEvaluations().length];
  return { ...(await totalsOf(store)), runs, evaluations };
}
