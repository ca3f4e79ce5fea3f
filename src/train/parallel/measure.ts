// What is measured of every row before the first step, by several workers: each measures a part, and all have all.
import type { EncodedRow } from "../../data/index.ts";
import { float32, scope } from "../../mx/index.ts";
import { withNumbers } from "../reference.ts";
import type { Ring } from "./ring.ts";

/** The samples in their order, each with its `reference`; every worker calls it with the same samples. */
export async function measureTogether(
  ring: Ring,
  samples: readonly EncodedRow[],
  measure: (part: readonly EncodedRow[]) => Promise<EncodedRow[]>,
): Promise<EncodedRow[]> {
  const { rank, workers } = ring.crew;
  // Who has none would not know how many numbers there are of each.
  if (samples.length < workers) return await measure(samples);
  const places = [...samples.keys()].filter((place) => place % workers === rank);
  const mine = await measure(places.map((place) => samples[place] as EncodedRow));
  const each = mine[0]?.reference?.length ?? 0;
  const numbers = new Float32Array(each * samples.length);
  for (const [at, { reference = [] }] of mine.entries())
    numbers.set(reference, each * (places[at] ?? 0));
  return withNumbers(
    samples,
    scope(() => (ring.sum([float32(numbers)])[0] ?? float32([])).toFloat32()),
  );
}
