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
  memory,
  normal,
  randomKey,
  resetPeakMemory,
  retain,
  scope,
  splitKey,
  type Tensor,
  valueAndGrad,
} from "../../src/mx/index.ts";
import { dualityByToken, scanByToken } from "../../tests/support/recurrences.ts";
import { median } from "./statistics.ts";

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

interface Measured {
  seconds: number;
  processorSeconds: number;
  peakBytes: number;
}

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

function measured(way: Way, inputs: Tensor[]): Measured {
  resetPeakMemory();
  const before = memory().activeBytes;
  const [start, processor] = [performance.now(), process.cpuUsage()];
  computed(way, inputs);
  const { user, system } = process.cpuUsage(processor);
  return {
    seconds: (performance.now() - start) / 1e3,
    processorSeconds: (user + system) / 1e6,
    peakBytes: memory().peakBytes - before,
  };
}

/** Largest difference over the largest number, of everything that comes out. */
function furthest({ inChunks, byToken }: Recurrence, inputs: Tensor[]): number {
  const [chunks, tokens] = [inChunks, byToken].map((way) => computed(way, inputs));
  const most = (values: Float32Array): number =>
    values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const apart = (chunks ?? []).map((numbers, at) => {
    const other = tokens?.[at] ?? new Float32Array();
    return most(numbers.map((value, index) => value - (other[index] ?? Number.NaN))) / most(other);
  });
  return Math.max(...apart);
}

function row(name: string, all: readonly Measured[], first: readonly Measured[]): string {
  const of = (figure: keyof Measured, from = all): number => median(from.map((one) => one[figure]));
  const times = (figure: keyof Measured): string => (of(figure) / of(figure, first)).toFixed(1);
  const columns = [
    `${of("seconds").toFixed(2)} s`,
    `${of("processorSeconds").toFixed(2)} s`,
    times("processorSeconds"),
    `${(of("peakBytes") / 1e6).toFixed(0)} MB`,
    times("peakBytes"),
  ];
  return `| ${name} | ${columns.join(" | ")} |`;
}

function compare(recurrence: Recurrence, rounds: number): void {
  const inputs = retain(scope(() => retain(drawn(recurrence))));
  evaluate(inputs);
  const [chunks, tokens]: Measured[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    chunks?.push(measured(recurrence.inChunks, inputs));
    tokens?.push(measured(recurrence.byToken, inputs));
  }
  const { name } = recurrence;
  console.log(row(`${name}, chunks`, chunks ?? [], chunks ?? []));
  console.log(row(`${name}, token by token`, tokens ?? [], chunks ?? []));
  const apart = furthest(recurrence, inputs).toExponential(1);
  console.log(`| ${name}, apart by at most ${apart} of the largest number |`);
}

describeBackend();
const rounds = Number(process.argv[2] ?? 3);
console.log(`load average ${loadavg()[0]?.toFixed(1)}; medians of ${rounds}, forward and backward`);
console.log("| way | clock | processor | × | memory | × |\n|---|---|---|---|---|---|");
for (const recurrence of recurrences) compare(recurrence, rounds);
