// Random numbers that a seed fixes and a checkpoint can store. Not for secrets.
// Generator: xoshiro128** 1.1 (Blackman and Vigna 2021, "Scrambled linear pseudorandom number
// generators"), state filled by SplitMix64 (Steele, Lea and Flood 2014) as its authors advise.

type Words = [number, number, number, number];

/** What a checkpoint stores; plain JSON. `key` names the stream, `words` is where it has got to. */
export interface RandomState {
  key: string;
  words: Words;
}

const mask64 = (1n << 64n) - 1n;

/** SplitMix64: the state after one step and its output, both 64-bit. */
function splitMix64(state: bigint): [bigint, bigint] {
  const next = (state + 0x9e3779b97f4a7c15n) & mask64;
  let z = next;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask64;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask64;
  return [next, z ^ (z >> 31n)];
}

function wordsFrom(key: bigint): Words {
  const [state, first] = splitMix64(key);
  const [, second] = splitMix64(state);
  const low = (value: bigint): number => Number(value & 0xffffffffn);
  return [low(first), low(first >> 32n), low(second), low(second >> 32n)];
}

/** FNV-1a, 64 bits, over UTF-8 (Fowler, Noll and Vo). */
function hashName(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(name, "utf8")) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask64;
  }
  return hash;
}

function rotateLeft(value: number, count: number): number {
  return (value << count) | (value >>> (32 - count));
}

export class Random {
  readonly #key: bigint;
  #words: Words;

  private constructor(key: bigint, words: Words) {
    this.#key = key;
    this.#words = words;
  }

  /** The stream of an integer seed. Throws RangeError when it is not a safe integer. */
  static fromSeed(seed: number): Random {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is an integer, not ${seed}`);
    const key = BigInt.asUintN(64, BigInt(seed));
    return new Random(key, wordsFrom(key));
  }

  static fromState(state: RandomState): Random {
    const random = Random.fromSeed(0);
    const restored = new Random(BigInt(state.key), random.#words);
    restored.setState(state);
    return restored;
  }

  getState(): RandomState {
    return { key: this.#key.toString(), words: [...this.#words] };
  }

  /**
   * Moves this stream to where `state` was taken. Throws RangeError when it is another stream's.
   */
  setState(state: RandomState): void {
    if (BigInt(state.key) !== this.#key) throw new RangeError("the state is of another stream");
    if (state.words.length !== 4 || state.words.every((word) => word >>> 0 === 0)) {
      throw new RangeError("four words, not all zero, make a state");
    }
    const [a, b, c, d] = state.words;
    this.#words = [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
  }

  /**
   * An independent stream for `name`. Depends on this stream's seed only, not on how far it has
   * got.
   */
  split(name: string): Random {
    const [, key] = splitMix64(this.#key ^ hashName(name));
    return new Random(key, wordsFrom(key));
  }

  /** A uniform integer of [0, 2^32). */
  nextUint32(): number {
    const words = this.#words;
    const result = Math.imul(rotateLeft(Math.imul(words[1], 5), 7), 9) >>> 0;
    const shifted = words[1] << 9;
    words[2] ^= words[0];
    words[3] ^= words[1];
    words[1] ^= words[2];
    words[0] ^= words[3];
    words[2] ^= shifted;
    words[3] = rotateLeft(words[3], 11);
    for (let index = 0; index < 4; index++) words[index]! >>>= 0;
    return result;
  }

  /** A uniform number of [0, 1) with 53 random bits. */
  next(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A uniform integer of [0, bound) without bias; bound in 1 … 2^32. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`a bound is an integer from 1 to 2^32, not ${bound}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.nextUint32();
      if (value < limit) return value % bound;
    }
  }

  /** The numbers 0 … count-1 in random order (Fisher and Yates, as Durstenfeld 1964). */
  shuffle(count: number): number[] {
    return this.shuffled(Array.from({ length: count }, (_, index) => index));
  }

  /** A copy of `items` in random order. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
  }
}
