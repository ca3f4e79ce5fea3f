// Rows of a pass in chunks that the service takes, and the outputs of chunks as one.
import type { ClientConfig } from "./wire/answers.ts";
import { type Datum, datumBytes, type PassOutput } from "./wire/forward-backward.ts";

export type ChunkLimits = Pick<
  ClientConfig,
  "fwdbwd_max_chunk_len" | "fwdbwd_max_chunk_bytes_count"
>;

/** In their order; one that is larger than a chunk may be stands alone. */
export function chunked(data: readonly Datum[], limits: ChunkLimits): Datum[][] {
  const { fwdbwd_max_chunk_len: most, fwdbwd_max_chunk_bytes_count: mostBytes } = limits;
  const chunks: Datum[][] = [];
  let current: Datum[] = [];
  let bytes = 0;
  for (const datum of data) {
    const size = datumBytes(datum);
    if (current.length > 0 && (bytes + size > mostBytes || current.length === most)) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(datum);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function mean(values: readonly number[], counts: readonly number[]): number {
  const total = sum(counts);
  if (total === 0) return sum(values) / values.length;
  return sum(values.map((value, at) => value * (counts[at] ?? 0))) / total;
}

/** How a figure of chunks becomes one of all, by what stands behind the colon of its name; others are left out. */
const joined: Readonly<Record<string, typeof mean>> = {
  mean,
  sum,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  slack: (values, counts) => Math.max(...values) - mean(values, counts),
  unique: (values) => values[0] ?? Number.NaN,
};

/** The outputs of all chunks, in order, as if they had been one. */
export function joinOutputs(outputs: readonly PassOutput[]): PassOutput {
  const [first] = outputs;
  if (first === undefined || outputs.length === 1)
    return first ?? { logprobs: [], metrics: {}, data: 0 };
  const counts = outputs.map(({ data }) => data);
  const metrics: Record<string, number> = {};
  for (const name of Object.keys(first.metrics)) {
    const join = joined[name.split(":").at(-1) ?? ""];
    const values = outputs.flatMap((one) => one.metrics[name] ?? []);
    if (join !== undefined && values.length === outputs.length)
      metrics[name] = join(values, counts);
  }
  const isTold = outputs.every(({ logprobs }) => logprobs !== undefined);
  return {
    logprobs: isTold ? outputs.flatMap(({ logprobs }) => logprobs ?? []) : undefined,
    metrics,
    data: sum(counts),
  };
}
