// A judge's scores on the scale of a person: as they are, along a line, or along the best rising steps (isotonic
// regression; pool adjacent violators, Ayer et al. 1955). Which of them is taken decides the error on ratings that each
// was not made from, so that few ratings are not believed more than they say. Knows no judge.

/** What the judge gave, and the person. */
export type RatedPair = readonly [judge: number, own: number];

export type CalibrationMethod = "none" | "linear" | "isotonic";

/** From the judge's scale to the person's. */
type Scale = (score: number) => number;

export interface Calibration {
  method: CalibrationMethod;
  /** Ratings that it rests on. */
  count: number;
  /** Mean distance between judge and person, in points: of the scores as they are. */
  errorBefore: number | null;
  /** The same after it, for ratings that were left out when it was made. */
  errorAfter: number | null;
  /** Judge and person at the corners of the curve. */
  points: [judge: number, own: number][];
}

/** Fewer ratings say nothing of a line, or of steps. */
export const leastForLinear = 10;
export const leastForIsotonic = 30;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, one) => sum + one, 0) / values.length;

type Points = [number, number][];

/** Least squares; a falling line is none, and gives way to the mean. */
function linear(pairs: readonly RatedPair[]): Points {
  const [x, y] = [mean(pairs.map(([judge]) => judge)), mean(pairs.map(([, own]) => own))];
  const spread = pairs.reduce((sum, [judge]) => sum + (judge - x) ** 2, 0);
  const together = pairs.reduce((sum, [judge, own]) => sum + (judge - x) * (own - y), 0);
  const slope = spread === 0 ? 0 : Math.max(0, together / spread);
  return [0, 10].map((at) => [at, y + slope * (at - x)]);
}

interface Block {
  judge: number;
  own: number;
  weight: number;
}

const joined = (a: Block, b: Block): Block => {
  const weight = a.weight + b.weight;
  const of = (key: "judge" | "own"): number => (a[key] * a.weight + b[key] * b.weight) / weight;
  return { judge: of("judge"), own: of("own"), weight };
};

/** One point a block of scores whose ratings do not rise. */
function isotonic(pairs: readonly RatedPair[]): Points {
  const blocks: Block[] = [];
  for (const [judge, own] of pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    let block: Block = { judge, own, weight: 1 };
    for (;;) {
      const before = blocks.at(-1);
      if (before === undefined || (before.own < block.own && before.judge < block.judge)) break;
      block = joined(before, block);
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.map(({ judge, own }) => [judge, own]);
}

/** Between points along the line, beyond them as at the end; within 0 to 10. */
export function alongPoints(points: Calibration["points"]): Scale {
  const bounded = (value: number): number => Math.min(10, Math.max(0, value));
  return (score) => {
    const next = points.findIndex(([judge]) => judge >= score);
    if (points.length === 0) return score;
    if (next === -1) return bounded(points.at(-1)![1]);
    if (next === 0) return bounded(points[0]![1]);
    const [[a, from], [b, to]] = [points[next - 1]!, points[next]!];
    return bounded(from + ((score - a) / (b - a)) * (to - from));
  };
}

const errorOf = (pairs: readonly RatedPair[], scale: Scale): number =>
  mean(pairs.map(([judge, own]) => Math.abs(scale(judge) - own)));

const mostFolds = 20;

/** Mean error on the ratings of each fold when the others make the curve. */
function errorLeftOut(
  pairs: readonly RatedPair[],
  fit: (some: readonly RatedPair[]) => Points,
): number {
  const folds = Math.min(mostFolds, pairs.length);
  const errors = Array.from({ length: folds }, (_, fold) => {
    const own = pairs.filter((__, at) => at % folds === fold);
    const others = pairs.filter((__, at) => at % folds !== fold);
    return errorOf(own, alongPoints(fit(others))) * own.length;
  });
  return errors.reduce((sum, one) => sum + one, 0) / pairs.length;
}

const fits = [
  { method: "linear", least: leastForLinear, fit: linear },
  { method: "isotonic", least: leastForIsotonic, fit: isotonic },
] as const;

export function calibrate(pairs: readonly RatedPair[]): Calibration {
  const count = pairs.length;
  if (count === 0)
    return { method: "none", count, errorBefore: null, errorAfter: null, points: [] };
  const errorBefore = errorOf(pairs, (score) => score);
  let best: Calibration = {
    method: "none",
    count,
    errorBefore,
    errorAfter: errorBefore,
    points: [],
  };
  for (const { method, least, fit } of fits) {
    if (count < least) continue;
    const errorAfter = errorLeftOut(pairs, fit);
    if (errorAfter >= best.errorAfter!) continue;
    best = { method, count, errorBefore, errorAfter, points: fit(pairs) };
  }
  return best;
}

/** The judge's score, to a tenth, from which on the person would give `bar`; null where no score of the judge means it. */
export function scoreFor({ points }: Calibration, bar: number): number | null {
  const scale = alongPoints(points);
  for (let tenth = 0; tenth <= 100; tenth++) if (scale(tenth / 10) >= bar) return tenth / 10;
  return null;
}
