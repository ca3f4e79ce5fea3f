// numpy's legacy global generator, as far as mlx-lm draws from it: seeding with an integer, and permutations.
// MT19937 (Matsumoto & Nishimura 1998) seeded by init_genrand; bounded integers by masked rejection; Fisher–Yates from
// the top. Only for reproducing; everything of ours draws from core/random.ts.

const size = 624;
const period = 397;

export class LegacyRandom {
  readonly #state = new Uint32Array(size);
  #at = size;

  /** Only the lowest 32 bits of the seed count. */
  constructor(seed: number) {
    this.#state[0] = seed >>> 0;
    for (let at = 1; at < size; at++) {
      const before = this.#word(at - 1);
      this.#state[at] = Math.imul(1812433253, before ^ (before >>> 30)) + at;
    }
  }

  #word(at: number): number {
    return this.#state[at % size] ?? 0;
  }

  #refill(): void {
    for (let at = 0; at < size; at++) {
      const mixed = (this.#word(at) & 0x80000000) | (this.#word(at + 1) & 0x7fffffff);
      const twist = (mixed & 1) === 0 ? 0 : 0x9908b0df;
      this.#state[at] = this.#word(at + period) ^ (mixed >>> 1) ^ twist;
    }
    this.#at = 0;
  }

  nextUint32(): number {
    if (this.#at >= size) this.#refill();
    let value = this.#word(this.#at++);
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return (value ^ (value >>> 18)) >>> 0;
  }

  /** 0 to `most`, both included. */
  #upTo(most: number): number {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = (this.nextUint32() & mask) >>> 0;
      if (value <= most) return value;
    }
  }

  /** 0 … count − 1 in a drawn order: numpy.random.permutation. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, at) => at);
    for (let at = count - 1; at > 0; at--) {
      const other = this.#upTo(at);
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    return order;
  }
}
