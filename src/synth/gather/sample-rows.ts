// Rows drawn from a stream of unknown length, each as likely as any other, in one pass and in their own order; by
// reservoir sampling (Vitter, "Random Sampling with a Reservoir", 1985, algorithm R). Holds the drawn ones alone.
import type { Random } from "../../core/random.ts";

/** At most `count` of the rows; the same ones for the same seed and the same stream. */
export async function sampleRows<Row>(
  rows: AsyncIterable<Row>,
  count: number,
  random: Random,
): Promise<Row[]> {
  const kept: { index: number; row: Row }[] = [];
  let index = 0;
  for await (const row of rows) {
    const place = index < count ? index : random.integer(index + 1);
    if (place < count) kept[place] = { index, row };
    index++;
  }
  return kept.toSorted((a, b) => a.index - b.index).map(({ row }) => row);
}

/** The first of the rows; reads no further. */
export async function* firstRows<Row>(
  rows: AsyncIterable<Row>,
  count: number,
): AsyncGenerator<Row> {
  if (count <= 0) return;
  let taken = 0;
  for await (const row of rows) {
    yield row;
    if (++taken >= count) return;
  }
}
