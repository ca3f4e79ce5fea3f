// How much faster are Mamba's recurrences as they are trained here (Mamba-2's in chunks, Mamba-1's by a kernel and, where
// there is none, in chunks) than token by token, forward and backward, and how much memory do they need? A row of 2,048 tokens: of Mamba-2 16 heads of 64 with 128 states each, a quarter of Granite 4's layer; of Mamba-1
// 768 channels with 16 states each, half of a 130M model's. Token by token is as mlx-lm trains them, by slices of the
// whole. The ways take turns, so what the machine does meanwhile hits all alike. Writes lines of
// RESULTS.md. Needs 6 GB.
//   node --import tsx dev/bench/states.ts [rounds]
import { loadavg } from "node:os";
import { scanInChunks, selectiveScan, stateSpaceDuality } from "../../src/models/kit/index.ts";
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
  zeros,
} from "../../src/mx/index.ts";
import { dualityByToken, scanByToken } from "../../tests/support/recurrences.ts";
import { writeRecurrence } from "./recurrent-results.ts";
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
  /** As layers use it. */
  own: readonly [name: string, way: Way];
  others: Readonly<Record<string, Way>>;
  byToken: Way;
}

const [heads, size, states, channels, channelStates] = [16, 64, 128, 768, 16];

const recurrences: readonly Recurrence[] = [
  {
    name: "Mamba-2, 16 heads of 64, 128 states",
    shapes: [
      [1, length, heads, size],
      [1, length, heads],
      [heads],
      [1, length, 1, states],
      [1, length, 1, states],
    ],
    own: ["chunks", stateSpaceDuality],
    others: {},
    byToken: dualityByToken,
  },
  {
    name: "Mamba-1, 768 channels, 16 states",
    shapes: [
      [1, length, channels],
      [1, length, channels],
      [channels, channelStates],
      [1, length, channelStates],
      [1, length, channelStates],
    ],
    own: ["kernel", selectiveScan],
    others: {
      chunks: (given) => scanInChunks({ ...given, state: zeros([1, channels, channelStates]) }),
    },
    byToken: scanByToken,
  },
];

/** Steps from 0 to some tenths, rates from −16 to 0, as trained layers have them. */
function drawn(shapes: Recurrence["shapes"]): Tensor[] {
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

function compare({ name, shapes, own, others, byToken }: Recurrence, rounds: number): void {
  const inputs = retain(scope(() => retain(drawn(shapes))));
  evaluate(inputs);
  const ways = Object.entries({ [own[0]]: own[1], ...others, "token by token": byToken });
  const found = ways.map(([, way]) => ({ way, all: [] as Measured[] }));
  for (let round = 0; round < rounds; round++)
    for (const { way, all } of found) all.push(measured(() => computed(way, inputs)));
  const first = found[0]?.all ?? [];
  for (const [at, [way]] of ways.entries())
    console.log(tableRow(`${name}, ${way}`, found[at]?.all ?? [], first));
  const apart = furthest(computed(own[1], inputs), computed(byToken, inputs));
  console.log(`| ${name}, apart by at most ${apart.toExponential(1)} of the largest number |`);
  writeRecurrence({ name, own: first, byToken: found.at(-1)?.all ?? [], apart });
}

describeBackend();
const rounds = Number(process.argv[2] ?? 3);
console.log(`load average ${loadavg()[0]?.toFixed(1)}; medians of ${rounds}, forward and backward`);
console.log(tableHead);
for (const recurrence of recurrences) compare(recurrence, rounds);
