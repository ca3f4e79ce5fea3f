// The best rows by a score, none of them nearly another one: score first, diversity kept, as DEITA selects (Liu and others
// 2023). What is near is told by sketches rather than by vectors.
import { mixed } from "./duplicates/normal-text.ts";
import { sharedNumbers, sketchSize } from "./duplicates/sketch.ts";

const bandWidth = 2;

export interface SelectRequest {
  /** By row; rows without a score come last. */
  readonly scores: readonly (number | undefined)[];
  /** 128 numbers a row. */
  readonly sketches: Uint16Array;
  /** Rows to select. */
  readonly count: number;
  /** Rows that share this part of their pieces with one that is selected are left out; 1 leaves out none. */
  readonly likeness: number;
}

/** Selected rows by band of their sketches. */
class Selected {
  readonly #bands = new Map<number, number[]>();
  readonly #sketches: Uint16Array;
  readonly #least: number;

  constructor(sketches: Uint16Array, likeness: number) {
    this.#sketches = sketches;
    this.#least = Math.ceil(likeness * sketchSize);
  }

  isNear(row: number): boolean {
    return this.#keys(row).some((key) =>
      (this.#bands.get(key) ?? []).some(
        (first) =>
          sharedNumbers(this.#sketches, { first, second: row, least: this.#least }) >= this.#least,
      ),
    );
  }

  add(row: number): void {
    for (const key of this.#keys(row)) {
      const known = this.#bands.get(key);
      if (known === undefined) this.#bands.set(key, [row]);
      else known.push(row);
    }
  }

  #keys(row: number): number[] {
    const start = row * sketchSize;
    return Array.from({ length: sketchSize / bandWidth }, (_, band) => {
      const at = start + band * bandWidth;
      return mixed(band ^ mixed(this.#sketches[at]! ^ (this.#sketches[at + 1]! << 16)));
    });
  }
}

/** Rows that are not selected, with why. */
export function unselectedRows({
  scores,
  sketches,
  count,
  likeness,
}: SelectRequest): Map<number, string> {
  const order = [...scores.keys()].toSorted(
    (a, b) => (scores[b] ?? -Infinity) - (scores[a] ?? -Infinity) || a - b,
  );
  const selected = new Selected(sketches, likeness);
  const left = new Map<number, string>();
  let taken = 0;
  for (const row of order) {
    const score = scores[row];
    const told = score === undefined ? "no score" : `score ${Number(score.toPrecision(6))}`;
    if (taken >= count) left.set(row, `${told}, not among the best ${count}`);
    else if (likeness < 1 && selected.isNear(row))
      left.set(row, `${told}, nearly one that is selected`);
    else {
      selected.add(row);
      taken++;
    }
  }
  return left;
}
