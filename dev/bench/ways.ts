// Ways to compute the same beside each other: what one takes, a row of the table, how far two results are apart.
// What is computed, and which ways there are, is each benchmark's.
import { memory, resetPeakMemory } from "../../src/mx/index.ts";
import { median } from "./statistics.ts";

export interface Measured {
  seconds: number;
  processorSeconds: number;
  peakBytes: number;
}

/** What a computation takes; memory beyond what was there before. */
export function measured(compute: () => void): Measured {
  resetPeakMemory();
  const before = memory().activeBytes;
  const [start, processor] = [performance.now(), process.cpuUsage()];
  compute();
  const { user, system } = process.cpuUsage(processor);
  return {
    seconds: (performance.now() - start) / 1e3,
    processorSeconds: (user + system) / 1e6,
    peakBytes: memory().peakBytes - before,
  };
}

/** Largest difference over the largest number of the second, of everything that comes out. */
export function furthest(found: readonly Float32Array[], others: readonly Float32Array[]): number {
  const most = (values: Float32Array): number =>
    values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const apart = found.map((numbers, at) => {
    const other = others[at] ?? new Float32Array();
    return most(numbers.map((value, index) => value - (other[index] ?? Number.NaN))) / most(other);
  });
  return Math.max(...apart);
}

export const tableHead = "| way | clock | processor | × | memory | × |\n|---|---|---|---|---|---|";

/** Medians, and how many times the first way's they are. */
export function tableRow(
  name: string,
  all: readonly Measured[],
  first: readonly Measured[],
): string {
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
