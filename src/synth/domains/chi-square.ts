// Pearson's chi-square test of counts against shares, and its p value: the regularized incomplete gamma function by its
// series and its continued fraction (Abramowitz and Stegun, 6.5.29 and 6.5.31), ln Γ by Lanczos (1964).

export interface ChiSquare {
  statistic: number;
  degrees: number;
  /** The chance of counts at least as far from the shares, were they drawn by them. */
  p: number;
  /** An expected count below 5: then the p value is rough. */
  isRough: boolean;
}

const lanczos = [
  76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
  0.1208650973866179e-2, -0.5395239384953e-5,
];

function logGamma(x: number): number {
  const t = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const series = lanczos.reduce((sum, term, at) => sum + term / (x + 1 + at), 1.000000000190015);
  return -t + Math.log((Math.sqrt(2 * Math.PI) * series) / x);
}

const precision = 1e-12;
const mostTerms = 1000;

/** P(a, x) by its series, for x < a + 1. */
function lowerGamma(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < mostTerms && term > sum * precision; n++) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(-x + a * Math.log(x) - logGamma(a));
}

/** Q(a, x) by its continued fraction (Lentz's way), for other x. */
function upperGamma(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < mostTerms; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < precision) break;
  }
  return fraction * Math.exp(-x + a * Math.log(x) - logGamma(a));
}

/** The chance that chi-square of so many degrees of freedom is at least `statistic`. */
export function chiSquareTail(statistic: number, degrees: number): number {
  if (degrees === 0 || statistic <= 0) return 1;
  const [a, x] = [degrees / 2, statistic / 2];
  return x < a + 1 ? 1 - lowerGamma(a, x) : upperGamma(a, x);
}

/** `shares` add up to 1 and are above 0. Undefined where nothing was counted. */
export function chiSquare(
  counts: readonly number[],
  shares: readonly number[],
): ChiSquare | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const expected = shares.map((share) => share * total);
  const statistic = expected.reduce((sum, e, at) => sum + ((counts[at] ?? 0) - e) ** 2 / e, 0);
  const degrees = shares.length - 1;
  const p = chiSquareTail(statistic, degrees);
  return { statistic, degrees, p, isRough: expected.some((e) => e < 5) };
}
