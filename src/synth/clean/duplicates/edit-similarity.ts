// How alike two texts are: 1 − edits / length of the longer. Edits are counted 32 places at a time (Myers 1999, "A fast
// bit-vector algorithm", in blocks as Hyyrö 2003).

/** For each unit of `text`, at which places it stands: 32 places a word. */
function placesOf(text: string): Map<number, Int32Array> {
  const words = Math.ceil(text.length / 32);
  const places = new Map<number, Int32Array>();
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    let own = places.get(unit);
    if (own === undefined) places.set(unit, (own = new Int32Array(words)));
    own[at >> 5]! |= 1 << (at & 31);
  }
  return places;
}

/** Differences to the place before, plus and minus, of one column of the table. */
interface Column {
  plus: Int32Array;
  minus: Int32Array;
}

/** One block of a column; `carry` is the difference that comes from above, and what goes on below is given back. */
function step(column: Column, word: number, equal: number, carry: number, last: number): number {
  const plus = column.plus[word]!;
  const minus = column.minus[word]!;
  const vertical = equal | minus;
  const matched = carry < 0 ? equal | 1 : equal;
  const horizontal = (((matched & plus) + plus) ^ plus) | matched;
  let up = minus | ~(horizontal | plus);
  let down = plus & horizontal;
  const below = (up & last) !== 0 ? 1 : (down & last) !== 0 ? -1 : 0;
  up = (up << 1) | (carry > 0 ? 1 : 0);
  down = (down << 1) | (carry < 0 ? 1 : 0);
  column.plus[word] = down | ~(vertical | up);
  column.minus[word] = up & vertical;
  return below;
}

/** Length of what two texts begin with alike. */
function commonStart(first: string, second: string): number {
  const most = Math.min(first.length, second.length);
  let at = 0;
  while (at < most && first.charCodeAt(at) === second.charCodeAt(at)) at++;
  return at;
}

/** Length of what they end with alike, behind `start`. */
function commonEnd(first: string, second: string, start: number): number {
  const most = Math.min(first.length, second.length) - start;
  let end = 0;
  while (
    end < most &&
    first.charCodeAt(first.length - 1 - end) === second.charCodeAt(second.length - 1 - end)
  )
    end++;
  return end;
}

/** Insertions, deletions and replacements of UTF-16 units; undefined where there are more than `most`. */
export function editDistance(
  first: string,
  second: string,
  most = Number.POSITIVE_INFINITY,
): number | undefined {
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  if (longer.length - shorter.length > most) return undefined;
  const start = commonStart(shorter, longer);
  const end = commonEnd(shorter, longer, start);
  const rest = shorter.slice(start, shorter.length - end);
  return new Table(rest, longer.slice(start, longer.length - end), most).distance();
}

/** The table of distances of all beginnings, of which only the strip around the diagonal is computed. */
class Table {
  readonly #across: string;
  readonly #height: number;
  readonly #most: number;
  readonly #places: Map<number, Int32Array>;
  readonly #column: Column;
  readonly #none: Int32Array;
  /** Distances at the foot of each block. */
  readonly #feet: Int32Array;

  constructor(down: string, across: string, most: number) {
    const words = Math.ceil(down.length / 32);
    this.#across = across;
    this.#height = down.length;
    this.#most = Math.min(most, across.length);
    this.#places = placesOf(down);
    this.#none = new Int32Array(words);
    this.#column = { plus: new Int32Array(words).fill(-1), minus: new Int32Array(words) };
    this.#feet = Int32Array.from({ length: words }, (_, word) => this.#foot(word));
  }

  distance(): number | undefined {
    const words = this.#none.length;
    const width = this.#across.length;
    if (words === 0) return width > this.#most ? undefined : width;
    let reached = Math.min(words - 1, this.#most >> 5);
    for (let at = 0; at < width; at++) {
      const last = Math.min(words - 1, (at + this.#most) >> 5);
      if (last > reached) this.#enter(last);
      reached = last;
      this.#next(at, Math.max(0, at - this.#most) >> 5, last);
      if ((at & 15) === 15 && this.#isLost(at, last)) return undefined;
    }
    const distance = this.#feet[words - 1]!;
    return distance > this.#most ? undefined : distance;
  }

  #foot(word: number): number {
    return Math.min(this.#height, 32 * (word + 1));
  }

  /** A block that the strip reaches: as far from the one above as it is long, at most. */
  #enter(word: number): void {
    if (word === 0) return;
    this.#feet[word] = this.#feet[word - 1]! + this.#foot(word) - this.#foot(word - 1);
  }

  #next(at: number, first: number, last: number): void {
    const equal = this.#places.get(this.#across.charCodeAt(at)) ?? this.#none;
    const lastWord = this.#none.length - 1;
    const lastBit = 1 << ((this.#height - 1) & 31);
    let carry = 1;
    for (let word = first; word <= last; word++) {
      carry = step(this.#column, word, equal[word]!, carry, word === lastWord ? lastBit : 1 << 31);
      this.#feet[word]! += carry;
    }
  }

  /** Each path to the end crosses the diagonal that ends there, and pays for leaving it. */
  #isLost(at: number, last: number): boolean {
    const row = this.#height - (this.#across.length - at - 1);
    const word = (row - 1) >> 5;
    if (row < 1 || word > last) return false;
    return this.#feet[word]! - (this.#foot(word) - row) > this.#most;
  }
}

/** Of 0 … 1; 1 for two empty texts; 0 also where it is below `least`. Give texts of a bounded length. */
export function editSimilarity(first: string, second: string, least = 0): number {
  const length = Math.max(first.length, second.length);
  if (length === 0) return 1;
  const most = Math.floor((1 - least) * length + 1e-9);
  const distance = editDistance(first, second, most);
  return distance === undefined ? 0 : 1 - distance / length;
}
