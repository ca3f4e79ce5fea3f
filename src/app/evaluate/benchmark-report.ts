// What a benchmark found: its shape, and short names for the models in it.
import { basename } from "node:path";
import type { Contamination, Delta } from "../../eval/index.ts";
import type { PairwiseReport } from "./judging/judge-pairs.ts";
import type { ResultRow } from "./results-file.ts";

export interface ModelScores {
  model: string;
  scores: Record<string, number>;
  /** Perplexity of a general set that none of this is about; null where it was not asked. */
  general: number | null;
}

export interface BenchmarkReport {
  models: ModelScores[];
  /** By model and metric, each against the first model. */
  deltas: Record<string, Record<string, Delta>>;
  samples: number;
  seconds: number;
  signature: string;
  /** Null where it is not known what was trained on. */
  contamination: Contamination | null;
  /** Null where no judge was asked. */
  judge: PairwiseReport | null;
  folder: string;
  warnings: string[];
}

/** One model's part. */
export interface Contender extends ModelScores {
  rows: readonly ResultRow[];
}

/** Names that tell the models apart, as short as that. */
export function labelsOf(models: readonly string[]): string[] {
  const short = models.map((name) => basename(name) || name);
  return models.map((name, at) =>
    short.filter((other) => other === short[at]).length > 1 ? name : (short[at] ?? name),
  );
}
