// How far two raters agree beyond chance: Cohen's kappa (1960), with the weights of Cohen (1968) for scales. Equal to
// scikit-learn's `cohen_kappa_score` with the labels given. Knows no judge.

export type Weights = "none" | "linear" | "quadratic";

export interface Agreement {
  /** 1 is the same throughout, 0 what chance gives; null where both have one label alone, of which chance says nothing. */
  kappa: number | null;
  weights: Weights;
  /** Things that both rated. */
  count: number;
  /** Share of them with the same label. */
  same: number;
}

const costs: Record<Weights, (distance: number) => number> = {
  none: (distance) => (distance === 0 ? 0 : 1),
  linear: (distance) => distance,
  quadratic: (distance) => distance ** 2,
};

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

/** How often each label is given. */
const shares = (ratings: readonly unknown[], labels: readonly unknown[]): number[] =>
  labels.map((label) => ratings.filter((one) => one === label).length);

/** `labels` in the order of the scale: how far two are apart is counted in it. Ratings with other labels do not count. */
export function cohenKappa<Label>(
  pairs: readonly (readonly [Label, Label])[],
  labels: readonly Label[],
  weights: Weights,
): Agreement {
  const rated = pairs.filter((pair) => pair.every((label) => labels.includes(label)));
  const cost = costs[weights];
  const places = rated.map((pair) => pair.map((label) => labels.indexOf(label))) as [
    number,
    number,
  ][];
  const seen = sum(places.map(([a, b]) => cost(Math.abs(a - b))));
  const [first = [], second = []] = [0, 1].map((which) =>
    shares(
      rated.map((pair) => pair[which]),
      labels,
    ),
  );
  const byChance = sum(
    first.flatMap((own, a) => second.map((other, b) => own * other * cost(Math.abs(a - b)))),
  );
  const count = rated.length;
  const same = places.filter(([a, b]) => a === b).length;
  return {
    kappa: byChance === 0 ? null : 1 - (seen * count) / byChance,
    ...{ weights, count, same: count === 0 ? 0 : same / count },
  };
}
