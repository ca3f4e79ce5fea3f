// Whether the bundled model copies from its context: next-token accuracy while a list of names is repeated.
import { Random } from "../../src/core/random.ts";
import type { LoadedModel } from "../../src/models/index.ts";
import { int32, scope } from "../../src/mx/index.ts";
import type { Tokenizer } from "../../src/text/types.ts";
import { pick, pickSome } from "../datasets/tables.ts";
import { columnNames, tableNames } from "../datasets/words.ts";

interface Probe {
  ids: number[];
  /** Positions of the repeated names but the first, which nothing tells. */
  scored: number[];
}

export function drawProbes(tokenizer: Tokenizer, count = 40): Probe[] {
  const random = Random.fromSeed(7).split("probe");
  return Array.from({ length: count }, () => {
    const names = pickSome(random, pick(random, [columnNames, tableNames]), 12);
    const ids = [...tokenizer.encode(`<|endoftext|>- ${names.join(" ")}\n-`)];
    const start = ids.length;
    ids.push(...tokenizer.encode(` ${names.join(" ")}`));
    return { ids, scored: [...ids.keys()].filter((at) => at > start) };
  });
}

/** Share of the repeated names predicted, 0 to 1. */
export function probeAccuracy({ model }: LoadedModel, probes: readonly Probe[]): number {
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
