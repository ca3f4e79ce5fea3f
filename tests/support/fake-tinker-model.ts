// A model that really learns, small enough to be looked at: for each token a row of numbers, the logits of the token
// after it. Losses, gradients and Adam are computed in float64; a state can be kept and brought back.

export interface FakeDatum {
  tokens: readonly number[];
  targets: readonly number[];
  weights: readonly number[];
}

export interface FakeAdam {
  learning_rate: number;
  beta1: number;
  beta2: number;
  eps: number;
  weight_decay: number;
  grad_clip_norm: number;
}

interface Row {
  logits: Float64Array;
  first: Float64Array;
  second: Float64Array;
}

export class FakeBigram {
  readonly #vocabulary: number;
  readonly #rows = new Map<number, Row>();
  #gradients = new Map<number, Float64Array>();
  steps = 0;

  constructor(vocabulary: number) {
    this.#vocabulary = vocabulary;
  }

  /** With the optimizer's moments, unless they are to begin anew. */
  copy(withOptimizer = true): FakeBigram {
    const made = new FakeBigram(this.#vocabulary);
    for (const [token, { logits, first, second }] of this.#rows) {
      const zeros = new Float64Array(this.#vocabulary);
      made.#rows.set(token, {
        logits: logits.slice(),
        first: withOptimizer ? first.slice() : zeros,
        second: withOptimizer ? second.slice() : zeros.slice(),
      });
    }
    made.steps = withOptimizer ? this.steps : 0;
    return made;
  }

  #rowOf(token: number): Row {
    const zeros = (): Float64Array => new Float64Array(this.#vocabulary);
    const row = this.#rows.get(token) ?? { logits: zeros(), first: zeros(), second: zeros() };
    this.#rows.set(token, row);
    return row;
  }

  /** Log-probabilities of what may follow. */
  after(token: number): Float64Array {
    const { logits } = this.#rowOf(token);
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = logits.reduce((total, value) => total + Math.exp(value - most), 0);
    return logits.map((value) => value - most - Math.log(sum));
  }

  /** Of each target; with `learns`, their gradients are added up. */
  pass({ tokens, targets, weights }: FakeDatum, learns: boolean): number[] {
    return targets.map((target, at) => {
      const token = tokens[at] ?? 0;
      const logprobs = this.after(token);
      if (learns && weights[at] !== 0) {
        const row = this.#gradients.get(token) ?? new Float64Array(this.#vocabulary);
        logprobs.forEach((value, next) => {
          row[next] =
            (row[next] ?? 0) + (weights[at] ?? 0) * (Math.exp(value) - (next === target ? 1 : 0));
        });
        this.#gradients.set(token, row);
      }
      const found = logprobs[target];
      if (found === undefined) throw new Error(`token ${target} is beyond the vocabulary`);
      return found;
    });
  }

  step({ learning_rate, beta1, beta2, eps, weight_decay }: FakeAdam): void {
    this.steps += 1;
    for (const token of this.#gradients.keys()) this.#rowOf(token);
    for (const [token, row] of this.#rows) {
      const gradient = this.#gradients.get(token);
      row.logits.forEach((value, at) => {
        const slope = gradient?.[at] ?? 0;
        const first = beta1 * (row.first[at] ?? 0) + (1 - beta1) * slope;
        const second = beta2 * (row.second[at] ?? 0) + (1 - beta2) * slope ** 2;
        row.first[at] = first;
        row.second[at] = second;
        const unbiased = Math.sqrt(second / (1 - beta2 ** this.steps)) + eps;
        const moved = first / (1 - beta1 ** this.steps) / unbiased;
        row.logits[at] = value - learning_rate * (moved + weight_decay * value);
      });
    }
    this.#gradients = new Map();
  }

  /** The likeliest tokens behind a prompt, until `stop` or so many. */
  answer(
    prompt: readonly number[],
    most: number,
    stop: readonly number[],
  ): { tokens: number[]; logprobs: number[]; stopped: boolean } {
    const tokens: number[] = [];
    const logprobs: number[] = [];
    for (let last = prompt.at(-1) ?? 0; tokens.length < most;) {
      const all = this.after(last);
      last = all.reduce((best, value, at) => (value > (all[best] ?? 0) ? at : best), 0);
      tokens.push(last);
      logprobs.push(all[last] ?? 0);
      if (stop.includes(last)) return { tokens, logprobs, stopped: true };
    }
    return { tokens, logprobs, stopped: false };
  }

  /** All numbers, to compare two of them. */
  numbers(): [number, number[]][] {
    return [...this.#rows]
      .toSorted(([a], [b]) => a - b)
      .map(([token, { logits }]) => [token, [...logits]]);
  }
}
