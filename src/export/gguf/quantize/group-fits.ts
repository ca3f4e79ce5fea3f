// The scale of a group of weights, and its offset, that lose least in squares: a search around the plain fit, each
// candidate followed by the least-squares solution for the steps it gives. No layouts here.

/** Candidates are this far apart in the number of steps that the range of a group takes, and so many. */
const APART = 0.2;
const CANDIDATES = 10;

export interface PackedOffset {
  unit: number;
  offsetUnit: number;
  scale: number;
  offset: number;
}

/** w = scale·q − offset, with q from 0 on and offset at least 0. */
export class OffsetFit {
  scale = 0;
  offset = 0;
  readonly #size: number;
  readonly #last: number;
  #error = 0;
  #sum = 0;
  #squares = 0;

  constructor(size: number, levels: number) {
    this.#size = size;
    this.#last = levels - 1;
  }

  /** Sets `scale` and `offset`. */
  find(weights: Float32Array, from: number): void {
    let least = 0;
    let most = 0;
    this.#sum = 0;
    this.#squares = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      if (weight < least) least = weight;
      if (weight > most) most = weight;
      this.#sum += weight;
      this.#squares += weight * weight;
    }
    this.scale = (most - least) / this.#last;
    this.offset = -least;
    if (most === least) return;
    this.#error = Number.POSITIVE_INFINITY;
    for (let candidate = 0; candidate <= CANDIDATES; candidate++) {
      const steps = this.#last - 1 + APART * candidate;
      this.#try(weights, from, steps / (most - least), least);
    }
    // steps of the best fit are steps of its own only after they are taken again
    this.#try(weights, from, 1 / this.scale, -this.offset);
  }

  /** Steps of this candidate, and the best scale and offset for them. */
  #try(weights: Float32Array, from: number, inverse: number, least: number): void {
    const last = this.#last;
    const shift = 0.5 - least * inverse;
    let sum = 0;
    let squares = 0;
    let product = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      const place = weight * inverse + shift;
      const step = place < 0 ? 0 : place > last ? last : place | 0;
      sum += step;
      squares += step * step;
      product += step * weight;
    }
    this.#solve(sum, squares, product);
  }

  #solve(sum: number, squares: number, product: number): void {
    const size = this.#size;
    const determinant = size * squares - sum * sum;
    if (determinant <= 0) return;
    let scale = (size * product - sum * this.#sum) / determinant;
    let least = (this.#sum - scale * sum) / size;
    if (least > 0) {
      least = 0;
      scale = product / squares;
    }
    if (!(scale > 0)) return;
    const error =
      this.#squares +
      scale * (scale * squares + 2 * least * sum - 2 * product) +
      least * (size * least - 2 * this.#sum);
    if (error >= this.#error) return;
    this.#error = error;
    this.scale = scale;
    this.offset = -least;
  }

  /** Rounding scale and offset each by itself is not best for both: their neighbours are tried too. */
  settle(weights: Float32Array, from: number, packed: PackedOffset): PackedOffset {
    let best = packed;
    let least = Number.POSITIVE_INFINITY;
    for (let by = -1; by <= 1; by++) {
      for (let more = -1; more <= 1; more++) {
        const tried = { ...packed, scale: packed.scale + by, offset: packed.offset + more };
        if (!isSixBits(tried.scale) || !isSixBits(tried.offset)) continue;
        const error = this.#errorOf(weights, from, tried);
        if (error >= least) continue;
        least = error;
        best = tried;
      }
    }
    return best;
  }

  #errorOf(weights: Float32Array, from: number, packed: PackedOffset): number {
    const scale = packed.unit * packed.scale;
    const offset = packed.offsetUnit * packed.offset;
    const inverse = scale === 0 ? 0 : 1 / scale;
    const shift = 0.5 + offset * inverse;
    let error = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      const place = weight * inverse + shift;
      const step = place < 0 ? 0 : place > this.#last ? this.#last : place | 0;
      const lost = scale * step - offset - weight;
      error += lost * lost;
    }
    return error;
  }

  steps(
    weights: Float32Array,
    from: number,
    { scale, offset, into, at }: { scale: number; offset: number; into: Uint8Array; at: number },
  ): void {
    const inverse = scale === 0 ? 0 : 1 / scale;
    const shift = 0.5 + offset * inverse;
    for (let i = 0; i < this.#size; i++) {
      const place = (weights[from + i] as number) * inverse + shift;
      into[at + i] = place < 0 ? 0 : place > this.#last ? this.#last : place | 0;
    }
  }
}

const isSixBits = (value: number): boolean => value >= 0 && value <= 63;

/** w = scale·(q − levels/2), the scale of either sign: the lower side has one step more. */
export class SymmetricFit {
  readonly #size: number;
  readonly #half: number;

  constructor(size: number, levels: number) {
    this.#size = size;
    this.#half = levels / 2;
  }

  find(weights: Float32Array, from: number): number {
    let extreme = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      if (Math.abs(weight) > Math.abs(extreme)) extreme = weight;
    }
    if (extreme === 0) return 0;
    let [scale, gain] = [0, 0];
    for (let candidate = 0; candidate <= CANDIDATES; candidate++) {
      // the plain fit first, then on either side of it: of equal ones it is the one that halves hold best
      const by = (candidate % 2 === 0 ? 1 : -1) * Math.ceil(candidate / 2);
      const inverse = -(this.#half + APART * by) / extreme;
      const { product, squares } = this.#sums(weights, from, inverse);
      // of what is squared, so much is not lost
      if (squares === 0 || product * product <= gain * squares * (1 + 1e-12)) continue;
      scale = product / squares;
      gain = (product * product) / squares;
    }
    return scale;
  }

  #sums(weights: Float32Array, from: number, inverse: number) {
    let product = 0;
    let squares = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      const step = this.#step(weight, inverse) - this.#half;
      product += step * weight;
      squares += step * step;
    }
    return { product, squares };
  }

  /** From 0 on. */
  #step(weight: number, inverse: number): number {
    const place = weight * inverse + this.#half + 0.5;
    return place < 0 ? 0 : place >= 2 * this.#half ? 2 * this.#half - 1 : place | 0;
  }

  settle(weights: Float32Array, from: number, packed: { unit: number; scale: number }): number {
    let best = clampedByte(packed.scale);
    let least = Number.POSITIVE_INFINITY;
    for (let by = -1; by <= 1; by++) {
      const scale = clampedByte(packed.scale + by);
      const error = this.#errorOf(weights, from, packed.unit * scale);
      if (error >= least) continue;
      least = error;
      best = scale;
    }
    return best;
  }

  #errorOf(weights: Float32Array, from: number, scale: number): number {
    const inverse = scale === 0 ? 0 : 1 / scale;
    let error = 0;
    for (let i = from; i < from + this.#size; i++) {
      const weight = weights[i] as number;
      const lost = scale * (this.#step(weight, inverse) - this.#half) - weight;
      error += lost * lost;
    }
    return error;
  }

  steps(
    weights: Float32Array,
    from: number,
    { scale, into, at }: { scale: number; into: Uint8Array; at: number },
  ): void {
    const inverse = scale === 0 ? 0 : 1 / scale;
    for (let i = 0; i < this.#size; i++)
      into[at + i] = this.#step(weights[from + i] as number, inverse);
  }
}

const clampedByte = (scale: number): number => Math.min(127, Math.max(-128, scale));
