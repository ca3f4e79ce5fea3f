// From columns of the API to lines of a chart: which figures stand in which picture, over what, how smooth.
import type { CurveLine } from "../../design/curves.tsx";
import { bytesText, compact, durationText } from "../../design/numbers.tsx";
import type { Series } from "./queries.ts";

export interface Picture {
  title: string;
  /** Names of the figures in it; what ends with `*` is a beginning. */
  figures: readonly string[];
  text?: (value: number) => string;
  /** Words for its lines, where there are several. */
  names?: Readonly<Record<string, string>>;
  /** It has no noise to smooth away. */
  isExact?: boolean;
}

/** With as many digits as tell the lines of a scale apart. */
const fineBytes = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toPrecision(3)} GB` : bytesText(bytes);

/** The next picture is one entry; one without figures is left out. */
export const pictures: readonly Picture[] = [
  {
    title: "Loss",
    figures: ["trainLoss", "validationLoss"],
    names: { trainLoss: "training", validationLoss: "validation" },
  },
  { title: "Learning rate", figures: ["learningRate"], isExact: true },
  { title: "Gradient norm", figures: ["gradientNorm"] },
  { title: "Tokens per second", figures: ["tokensPerSecond"], text: compact },
  { title: "Memory", figures: ["residentBytes"], text: fineBytes, isExact: true },
  { title: "Objective", figures: ["train/*", "validation/*"] },
];

export const axes = ["step", "time", "tokens"] as const;
export type Axis = (typeof axes)[number];

export const axisText: Readonly<Record<Axis, (x: number) => string>> = {
  step: (x) => compact(x),
  time: (x) => (x === 0 ? "0" : durationText(x)),
  tokens: (x) => compact(x),
};

const column = { step: "step", time: "seconds", tokens: "tokens" } as const;

/** A moving mean that forgets by `weight`, without the lean of its beginning. */
export function smoothed(values: readonly number[], weight: number): number[] {
  if (weight === 0) return [...values];
  let sum = 0;
  let share = 0;
  return values.map((value) => {
    sum = weight * sum + (1 - weight) * value;
    share = weight * share + (1 - weight);
    return sum / share;
  });
}

export interface HowDrawn {
  axis: Axis;
  /** 0: as it is; below 1. */
  smoothing: number;
}

/** Few points are not smoothed: there is nothing to hide. */
const leastToSmooth = 12;

export function lineOf(
  series: Series,
  { name, color, isDashed = false }: Pick<CurveLine, "name" | "color" | "isDashed">,
  { axis, smoothing }: HowDrawn,
): CurveLine {
  const x = series[column[axis]];
  if (smoothing === 0 || series.value.length < leastToSmooth)
    return { name, color, isDashed, x, y: series.value, low: series.low, high: series.high };
  const { low, high, value: faint } = series;
  return { name, color, isDashed, x, y: smoothed(faint, smoothing), low, high, faint };
}

export const howFor = ({ isExact }: Picture, how: HowDrawn): HowDrawn =>
  isExact === true ? { ...how, smoothing: 0 } : how;

export const isOf = (pattern: string, name: string): boolean =>
  pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

export const seriesOf = (picture: Picture, series: readonly Series[]): Series[] =>
  picture.figures.flatMap((pattern) => series.filter(({ name }) => isOf(pattern, name)));
