// How much faster is the gated delta rule in chunks than token by token, forward and backward, and how much memory does it
// need? A row of 2,048 tokens, four heads of 128, a quarter of Qwen3.5-0.8B's layer. The ways take turns, so what the
// machine does meanwhile hits all alike. With FT_PEERS_PYTHON, mlx-lm's own loop takes its turn too. Writes a line of
// RESULTS.md. Needs 4 GB.
//   node --import tsx dev/bench/delta.ts [rounds]
import { spawnSync } from "node:child_process";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import {
  deltaByToken,
  deltaInChunks,
  type DeltaInputs,
  type DeltaOutputs,
} from "../../src/models/kit/index.ts";
import {
  checkpoint,
  describeBackend,
  evaluate,
  normal,
  ones,
  randomKey,
  retain,
  rmsNorm,
  scope,
  splitKey,
  type Tensor,
  valueAndGrad,
} from "../../src/mx/index.ts";
import { writeRecurrence } from "./recurrent-results.ts";
import { furthest, type Measured, measured, tableHead, tableRow } from "./ways.ts";

const shape = { heads: 4, length: 2048, size: 128 };

type Rule = (inputs: DeltaInputs) => DeltaOutputs;

function drawn(): Tensor[] {
  const { heads, length, size } = shape;
  const keys = splitKey(randomKey(1), 5);
  const draw = (at: number, ...rest: number[]): Tensor =>
    normal(0, 1, [1, heads, length, ...rest], keys[at] as Tensor);
  const [queries, given, values] = [draw(0, size), draw(1, size), draw(2, size)];
  const unit = rmsNorm(given, ones([size]).mul(size ** -0.5), 1e-6);
  const decay = draw(3).abs().mul(-0.2);
  return [queries.mul(1 / size), unit, values, decay, draw(4).sigmoid()];
}

function readBy(rule: Rule): (inputs: Tensor[]) => Tensor {
  return ([queries, keys, values, decay, strength]) =>
    rule({ queries, keys, values, decay, strength } as DeltaInputs).read;
}

/** As a layer uses it: nothing is kept for the backward pass but the inputs. */
function inChunks(inputs: Tensor[]): Tensor {
  const [read] = checkpoint((again) => [readBy(deltaInChunks)(again)], inputs);
  return read as Tensor;
}

const ways: Record<string, (inputs: Tensor[]) => Tensor> = {
  chunks: inChunks,
  "token by token": readBy(deltaByToken),
};

/** Read and gradients, copied out. */
function computed(way: (inputs: Tensor[]) => Tensor, inputs: Tensor[]): Float32Array[] {
  return scope(() => {
    const { values, gradients } = valueAndGrad((all) => {
      const read = way(all);
      return [read.square().sum(), read];
    }, inputs);
    const found = [...values.slice(1), ...gradients];
    evaluate(found);
    return found.map((tensor) => tensor.toFloat32());
  });
}

/** mlx-lm's loop over as many tokens. */
function peer(python: string): Measured {
  const script = fileURLToPath(new URL("delta_train.py", import.meta.url));
  const sizes = [shape.heads, shape.length, shape.size].map(String);
  const { status, stdout, stderr } = spawnSync(python, [script, ...sizes], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}

describeBackend();
const rounds = Number(process.argv[2] ?? 3);
const python = process.env["FT_PEERS_PYTHON"];
const inputs = retain(scope(() => retain(drawn())));
evaluate(inputs);
const results = [computed(inChunks, inputs), computed(readBy(deltaByToken), inputs)] as const;
const found = new Map<string, Measured[]>();
const take = (name: string, one: Measured): void => {
  found.set(name, [...(found.get(name) ?? []), one]);
};
const apart = furthest(...results);
console.log(`apart by at most ${apart.toExponential(1)} of the largest number`);
for (let round = 0; round < rounds; round++) {
  for (const [name, way] of Object.entries(ways))
    take(
      name,
      measured(() => computed(way, inputs)),
    );
  if (python !== undefined) take("mlx-lm", peer(python));
}
console.log(`load average ${loadavg()[0]?.toFixed(1)}; medians of ${rounds}, forward and backward`);
console.log(tableHead);
const first = found.get("chunks") ?? [];
for (const [name, all] of found) console.log(tableRow(name, all, first));
const byToken = found.get("token by token") ?? [];
writeRecurrence({ name: "Gated delta, 4 heads of 128", own: first, byToken, apart });
