// The matrix products of a job alone, in the sizes in which a step needs them: what no trainer on this machine can be
// faster than. Attention's own products are left out. Prints one JSON line.
//   node --import tsx dev/bench/table/products.ts JOB.json
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  describeBackend,
  evaluate,
  randomKey,
  scope,
  type Tensor,
  uniform,
} from "../../../src/mx/index.ts";
import type { Job } from "./job.ts";

const job = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as Job;
const shape = JSON.parse(readFileSync(join(job.model, "config.json"), "utf8")) as Record<
  string,
  number
>;
const of = (name: string): number => shape[name] ?? 0;

/** x (rows, inner) · W (inner, columns), so many times a step. */
interface Product {
  size: readonly [rows: number, inner: number, columns: number];
  times: number;
}

/** Of every linear layer: input and output size. */
function linears(): [input: number, output: number][] {
  const [hidden, inner] = [of("hidden_size"), of("intermediate_size")];
  const keys = (hidden / of("num_attention_heads")) * of("num_key_value_heads");
  return [
    ...([
      [hidden, hidden],
      [hidden, keys],
      [hidden, keys],
      [hidden, hidden],
    ] as const),
    ...([
      [hidden, inner],
      [hidden, inner],
      [inner, hidden],
    ] as const),
  ].map(([input, output]) => [input, output]);
}

/** Forward through every block; the gradient of the inputs of trained ones, of the weights where these move. */
function stepProducts(rows: number, learned: number): Product[] {
  const blocks = of("num_hidden_layers");
  const trained = job.layers === -1 ? blocks : job.layers;
  const isFull = job.method === "full";
  const [hidden, vocabulary] = [of("hidden_size"), of("vocab_size")];
  return [
    ...linears().flatMap(([input, output]): Product[] => [
      { size: [rows, input, output], times: blocks },
      { size: [rows, output, input], times: trained },
      { size: [input, rows, output], times: isFull ? blocks : 0 },
    ]),
    { size: [learned, hidden, vocabulary], times: 1 },
    { size: [learned, vocabulary, hidden], times: 1 },
    { size: [vocabulary, learned, hidden], times: isFull ? 1 : 0 },
  ];
}

function secondsOf({ size: [rows, inner, columns], times }: Product): number {
  if (times === 0) return 0;
  return scope(() => {
    const drawn = (size: number[]): Tensor => uniform(-1, 1, size, randomKey(3));
    const [x, weight] = [drawn([rows, inner]), drawn([inner, columns])];
    evaluate([x, weight]);
    const once = (): number => {
      const started = performance.now();
      scope(() => evaluate([x.matmul(weight)]));
      return (performance.now() - started) / 1000;
    };
    once();
    const measured = [once(), once(), once()].toSorted((a, b) => a - b);
    return (measured[1] ?? 0) * times;
  });
}

describeBackend();
const rows = job.batch * (job.maxLength - 1);
const steps = Math.ceil(job.rows.count / job.batch) * job.epochs;
const products = stepProducts(rows, rows * job.rows.learned);
const seconds = products.reduce((sum, product) => sum + secondsOf(product), 0);
console.log(JSON.stringify({ seconds: seconds * steps, peakBytes: 0, losses: [] }));
