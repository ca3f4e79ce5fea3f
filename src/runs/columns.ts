// The figures of a run in columns of numbers, no longer than a screen is wide: of more points than are asked for, means of
// neighbours with the least and the most among them, so that no peak is lost. Knows no screen.
import { figuresOf } from "./curves.ts";
import type { RunEvent } from "./events.ts";

/** One figure over a run. The columns are of one length. */
export interface FigureColumns {
  /** As of `Curve`. */
  name: string;
  step: number[];
  /** Since the run began, without the time in which no process worked on it. */
  seconds: number[];
  /** Seen in training by then. */
  tokens: number[];
  value: number[];
  /** Of the points that stand behind each; null where every point is shown itself. */
  low: number[] | null;
  high: number[] | null;
  /** How many points there are. */
  points: number;
}

type Whole = Omit<FigureColumns, "low" | "high" | "points">;

/** Walks through a run: seconds in which it was worked on, tokens by then. */
class Clock {
  seconds = 0;
  tokens = 0;
  #last: number | undefined;

  see(event: RunEvent): void {
    const now = Date.parse(event.time);
    if (event.type !== "run-started" && this.#last !== undefined)
      this.seconds += Math.max(0, now - this.#last) / 1000;
    this.#last = now;
    if (event.type === "step-reported") this.tokens = event.tokens;
  }
}

/** Every point of every figure. */
function wholeColumns(events: readonly RunEvent[], wanted?: ReadonlySet<string>): Whole[] {
  const all = new Map<string, Whole>();
  const clock = new Clock();
  for (const event of events) {
    clock.see(event);
    if (!("step" in event)) continue;
    for (const [name, value] of figuresOf(event)) {
      if (value === null || value === undefined || !Number.isFinite(value)) continue;
      if (wanted !== undefined && !wanted.has(name)) continue;
      let columns = all.get(name);
      if (columns === undefined) {
        columns = { name, step: [], seconds: [], tokens: [], value: [] };
        all.set(name, columns);
      }
      columns.step.push(event.step);
      columns.seconds.push(clock.seconds);
      columns.tokens.push(clock.tokens);
      columns.value.push(value);
    }
  }
  return [...all.values()];
}

/** Bounds of `count` buckets over `length` points, as equal as they can be. */
const edge = (bucket: number, count: number, length: number): number =>
  Math.floor((bucket * length) / count);

function thinned(whole: Whole, most: number): FigureColumns {
  const { name, value } = whole;
  const points = value.length;
  if (points <= most) return { ...whole, low: null, high: null, points };
  const thin: FigureColumns = {
    ...{ name, step: [], seconds: [], tokens: [], value: [], points },
    ...{ low: [], high: [] },
  };
  for (let bucket = 0; bucket < most; bucket++) {
    const from = edge(bucket, most, points);
    const to = edge(bucket + 1, most, points);
    const inside = value.slice(from, to);
    const last = to - 1;
    thin.step.push(whole.step[last] ?? 0);
    thin.seconds.push(whole.seconds[last] ?? 0);
    thin.tokens.push(whole.tokens[last] ?? 0);
    thin.value.push(inside.reduce((sum, one) => sum + one, 0) / inside.length);
    thin.low?.push(Math.min(...inside));
    thin.high?.push(Math.max(...inside));
  }
  return thin;
}

export interface ColumnsRequest {
  /** Most points of a figure. */
  most: number;
  /** Figures by name; default: all. */
  names?: ReadonlySet<string> | undefined;
}

/** Every figure that the events give. */
export function columnsOf(
  events: readonly RunEvent[],
  { most, names }: ColumnsRequest,
): FigureColumns[] {
  return wholeColumns(events, names).map((whole) => thinned(whole, most));
}
