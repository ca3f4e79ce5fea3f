// Whether the bundled model copies from its context: next-token accuracy while a list of names is repeated.
import { Random } from "../../src/core/random.ts";
import type { LanguageModel } from "../../src/models/index.ts";
import { int32, scope } from "../../src/mx/index.ts";
import type { Tokenizer } from "../../src/text/types.ts";
import { pickSome } from "../datasets/tables.ts";
import { pools } from "./corpus.ts";

interface Probe {
  ids: number[];
  /** Positions of the repeated words but the first, which nothing tells. */
  scored: number[];
}

/** By what the lists hold. */
export type Probes = Record<keyof typeof pools, Probe[]>;

function drawProbe(random: Random, tokenizer: Tokenizer, pool: readonly string[]): Probe {
  const list = pickSome(random, pool, 12).join(" ");
  const ids = [...tokenizer.encode(`<|endoftext|>- ${list}\n-`)];
  const start = ids.length;
  ids.push(...tokenizer.encode(` ${list}`));
  return { ids, scored: [...ids.keys()].filter((at) => at > start) };
}

export function drawProbes(tokenizer: Tokenizer, count = 20): Probes {
  const random = Random.fromSeed(7).split("probe");
  const all = Object.entries(pools).map(([kind, pool]) => [
    kind,
    Array.from({ length: count }, () => drawProbe(random, tokenizer, pool)),
  ]);
  return Object.fromEntries(all) as Probes;
}

function accuracy(model: LanguageModel, probes: readonly Probe[]): number {
  const hits = probes.flatMap(({ ids, scored }) => {
    const best = scope(
      () =>
        model
          .forward(int32(ids, [1, ids.length]))
          .argmax(-1)
          .toMemory() as Uint32Array,
    );
    return scored.map((at): number => (best[at - 1] === ids[at] ? 1 : 0));
  });
  return hits.reduce((sum, hit) => sum + hit, 0) / hits.length;
}

/** Share of the repeated words predicted, 0 to 1, by what the lists hold. */
export function probeAccuracy(model: LanguageModel, probes: Probes): Record<string, number> {
  const all = Object.entries(probes).map(([kind, some]) => [kind, accuracy(model, some)]);
  return Object.fromEntries(all) as Record<string, number>;
}
