// Typed arrays that grow, and the first row of each hash, at some bytes a row.

export class GrowingSketches {
  #values: Uint16Array;
  readonly #width: number;
  #rows = 0;

  constructor(width: number) {
    this.#width = width;
    this.#values = new Uint16Array(width * 1024);
  }

  append(block: Uint16Array): void {
    const used = this.#rows * this.#width;
    if (used + block.length > this.#values.length) {
      const larger = new Uint16Array(Math.max(2 * this.#values.length, used + block.length));
      larger.set(this.#values.subarray(0, used));
      this.#values = larger;
    }
    this.#values.set(block, used);
    this.#rows += block.length / this.#width;
  }

  get values(): Uint16Array {
    return this.#values;
  }
}

/** Which row had a hash first. Hashes are whole numbers below 2^53. */
export class FirstRows {
  #keys = new Float64Array(4096).fill(-1);
  #rows = new Int32Array(4096);
  #size = 0;

  /** The first row with this hash: `row` itself where there was none. */
  firstOf(hash: number, row: number): number {
    if (2 * this.#size >= this.#keys.length) this.#grow();
    const slot = this.#slotOf(hash);
    if (this.#keys[slot] === hash) return this.#rows[slot]!;
    this.#keys[slot] = hash;
    this.#rows[slot] = row;
    this.#size++;
    return row;
  }

  #slotOf(hash: number): number {
    const mask = this.#keys.length - 1;
    let slot = hash % this.#keys.length;
    while (this.#keys[slot] !== -1 && this.#keys[slot] !== hash) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [keys, rows] = [this.#keys, this.#rows];
    this.#keys = new Float64Array(2 * keys.length).fill(-1);
    this.#rows = new Int32Array(2 * keys.length);
    for (let at = 0; at < keys.length; at++) {
      if (keys[at] === -1) continue;
      const slot = this.#slotOf(keys[at]!);
      this.#keys[slot] = keys[at]!;
      this.#rows[slot] = rows[at]!;
    }
  }
}

/** Rows that belong together; of each group the first row stands for it. */
export class Groups {
  readonly #parents: Int32Array;

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, at) => at);
  }

  find(row: number): number {
    let at = row;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }

  join(first: number, second: number): void {
    const [a, b] = [this.find(first), this.find(second)];
    if (a < b) this.#parents[b] = a;
    else this.#parents[a] = b;
  }
}
