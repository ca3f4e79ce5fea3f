// How much of the batches is padding, by how rows are grouped: conversations of skewed length (log-normal, 32 to 1,024
// tokens), three epochs, beside sorting all rows. Arithmetic only; a table in Markdown.
//   node --import tsx dev/bench/padding.ts
import { Random } from "../../src/core/random.ts";
import { BatchPlan, chooseBuckets, plannedBatches, shapesOf } from "../../src/data/index.ts";

function skewedLengths(count: number): number[] {
  const random = Random.fromSeed(1);
  return Array.from({ length: count }, () => {
    const [u, v] = [1 - random.next(), random.next()];
    const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    return Math.max(32, Math.min(1024, Math.round(180 * Math.exp(0.8 * normal))));
  });
}

function grouped(lengths: number[], batchSize: number, how: "none" | "pools" | "buckets"): string {
  const rounding = { multiple: 4, maximum: 1024 };
  const buckets =
    how === "buckets" ? chooseBuckets(lengths, { count: 29, batchSize, ...rounding }) : [];
  const sizes = { batchSize, accumulation: 1, seed: 1, order: "shuffled" as const };
  const plan = new BatchPlan({ lengths, buckets, grouping: how, ...sizes });
  const padding = { padToMultiple: 32, maxLength: 1024, buckets };
  const found = shapesOf(plannedBatches(plan, 3 * plan.windowsPerEpoch), lengths, padding);
  return `${(100 * found.padding).toFixed(1)} % (${found.shapes.length})`;
}

function sorted(lengths: number[], batchSize: number): string {
  const ascending = lengths.toSorted((a, b) => a - b);
  let positions = 0;
  for (let at = 0; at < ascending.length; at += batchSize) {
    const batch = ascending.slice(at, at + batchSize);
    positions += batch.length * (batch.at(-1) ?? 0);
  }
  return `${(100 * (1 - lengths.reduce((sum, length) => sum + length, 0) / positions)).toFixed(1)} %`;
}

process.stdout.write(
  "| rows | batch | none | pools | buckets | sorted, not rounded |\n|---|---|---|---|---|---|\n",
);
for (const count of [400, 10_000]) {
  for (const batchSize of [1, 4, 8, 16]) {
    const lengths = skewedLengths(count);
    const cells = (["none", "pools", "buckets"] as const).map((how) =>
      grouped(lengths, batchSize, how),
    );
    process.stdout.write(
      `| ${[count, batchSize, ...cells, sorted(lengths, batchSize)].join(" | ")} |\n`,
    );
  }
}
