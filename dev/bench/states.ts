// How much faster are Mamba's recurrences in chunks than token by token, forward and backward, and how much memory do they
// need? A row of 2,048 tokens: of Mamba-2 16 heads of 64 with 128 states each, a quarter of Granite 4's layer; of Mamba-1
// 768 channels with 16 states each, half of a 130M model's. Token by token is as mlx-lm trains them, by slices of the
// whole. The ways take turns, so what the machine does meanwhile hits both alike. Needs 6 GB.
//   node --import tsx dev/bench/states.ts [rounds]
import { loadavg } from "node:os";
import { selectiveScan, stateSpaceDuality } from "../../src/models/kit/index.ts";
import {
  describeBackend,
  evaluate,
  normal,
  randomKey,
  retain,
  scope,
  splitKey,
  type Tensor,
  valueAndGrad,
} from "../../src/mx/index.ts";
import { dualityByToken, scanByToken } from "../../tests/support/recurrences.ts";
import { furthest, type Measured, measured, tableHead, tableRow } from "./ways.ts";

const length = 2048;

interface Given {
  x: Tensor;
  steps: Tensor;
  rates: Tensor;
  writes: Tensor;
  reads: Tensor;
}
type Way = (given: Given) => { y: Tensor };

interface Recurrence {
  name: string;
  /** x, steps, rates, writes, reads. */
  shapes: readonly (readonly number[])[];
  inChunks: Way;
  byToken: Way;
}

const [heads, size, states, channels, channelStates] = [16, 64, 128, 768, 16];

const recurrences: readonly Recurrence[] = [
  {
    name: "Mamba-2",
    shapes: [
      [1, length, heads, size],
      [1, length, heads],
      [heads],
      [1, length, 1, states],
      [1, length, 1, states],
    ],
    inChunks: stateSpaceDuality,
    byToken: dualityByToken,
  },
  {
    name: "Mamba-1",
    shapes: [
      [1, length, channels],
      [1, length, channels],
      [channels, channelStates],
      [1, length, channelStates],
      [1, length, channelStates],
    ],
    inChunks: selectiveScan,
    byToken: scanByToken,
  },
];

/** Steps from 0 to some tenths, rates from −16 to 0, as trained layers have them. */
function drawn({ shapes }: Recurrence): Tensor[] {
  const keys = splitKey(randomKey(1), shapes.length);
  const [x, steps, rates, writes, reads] = shapes.map((shape, at) =>
    normal(0, 1, shape, keys[at] as Tensor),
  ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  return [x, steps.abs().mul(0.1), rates.abs().mul(-8), writes, reads];
}

/** What comes out and gradients of all that goes in, copied out. */
function computed(way: Way, inputs: Tensor[]): Float32Array[] {
  return scope(() => {
    const { values, gradients } = valueAndGrad(([x, steps, rates, writes, reads]) => {
      const { y } = way({ x, steps, rates, writes, reads } as Given);
      return [y.square().sum(), y];
    }, inputs);
    const found = [...values.slice(1), ...gradients];
    evaluate(found);
    return found.map((tensor) => tensor.toFloat32());
  });
}

function compare(recurrence: Recurrence, rounds: number): void {
  const inputs = retain(scope(() => retain(drawn(recurrence))));
  evaluate(inputs);
  const [chunks, tokens]: Measured[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    chunks?.push(measured(() => computed(recurrence.inChunks, inputs)));
    tokens?.push(measured(() => computed(recurrence.byToken, inputs)));
  }
  const { name, inChunks, byToken } = recurrence;
  const results = [computed(inChunks, inputs), computed(byToken, inputs)] as const;
  console.log(tableRow(`${name}, chunks`, chunks ?? [], chunks ?? []));
  console.log(tableRow(`${name}, token by token`, tokens ?? [], chunks ?? []));
  const apart = furthest(...results).toExponential(1);
  console.log(`| ${name}, apart by at most ${apart} of the largest number |`);
}

describeBackend();
const rounds = Number(process.argv[2] ?? 3);
console.log(`load average ${loadavg()[0]?.toFixed(1)}; medians of ${rounds}, forward and backward`);
console.log(tableHead);
for (const recurrence of recurrences) compare(recurrence, rounds);
