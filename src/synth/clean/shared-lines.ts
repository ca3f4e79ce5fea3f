// Which lines many rows of a set share, at constant memory: counted in two tables by hash (Cormode and Muthukrishnan 2005,
// "count-min"), so that a count may be too high by chance where there are millions of lines, and is never too low.
import { type LineBlock, rowsOf } from "../rows/row-blocks.ts";
import { saidBy } from "../rows/row-text.ts";
import { judgedTexts, linesOf } from "./cleaners/boilerplate.ts";
import { textHash } from "./duplicates/normal-text.ts";

const tableSize = 2 ** 21;
/** Shorter lines are yes, no and closing brackets. */
const leastCharacters = 20;

export class SharedLines {
  readonly #tables = [new Uint32Array(tableSize), new Uint32Array(tableSize)];
  readonly #share: number;
  readonly #rows: number;
  #count = 0;

  /** A line is shared when at least so many rows have it, and this part of all. */
  constructor({ rows, share }: { rows: number; share: number }) {
    this.#rows = rows;
    this.#share = share;
  }

  async read(blocks: AsyncIterable<LineBlock>, file: string): Promise<void> {
    for await (const block of blocks) {
      for (const { value } of rowsOf(block, file)) {
        this.#count++;
        const lines = new Set(judgedTexts(saidBy(value)).flatMap(linesOf));
        for (const line of lines) this.#add(line);
      }
    }
  }

  has(line: string): boolean {
    if (line.length < leastCharacters) return false;
    const [first, second] = this.#slots(line);
    const seen = Math.min(this.#tables[0]![first]!, this.#tables[1]![second]!);
    return seen >= Math.max(this.#rows, this.#share * this.#count);
  }

  #add(line: string): void {
    if (line.length < leastCharacters) return;
    const [first, second] = this.#slots(line);
    this.#tables[0]![first]!++;
    this.#tables[1]![second]!++;
  }

  #slots(line: string): [number, number] {
    const hash = textHash(line);
    return [hash % tableSize, Math.floor(hash / tableSize) % tableSize];
  }
}
