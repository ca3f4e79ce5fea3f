// What each file says of each row, by the row's name: a hash a row is held, never its text.
import { hashJson } from "../../../core/canonical-json.ts";
import type { Row } from "../../../synth/rows/row-blocks.ts";
import { sameIdTwice } from "../../../synth/rows/row-errors.ts";

/** Rows told of that stand twice with one id. */
const toldProblems = 20;

export interface NamedRow {
  /** Its id, else its content. */
  name: string;
  key: string | null;
  hash: string;
}

/** Rows with the same fields in another order are the same. */
export function nameOf({ value }: Row): NamedRow {
  const hash = hashJson(value);
  const { id } = value;
  if (typeof id !== "string" && typeof id !== "number")
    return { name: `content ${hash}`, key: null, hash };
  return { name: `id ${id}`, key: String(id), hash };
}

export interface Known {
  key: string | null;
  /** By file; a hole where the file has no such row. */
  hashes: (string | undefined)[];
}

export class RowNames {
  readonly rows = new Map<string, Known>();
  /** Rows of a file that stand in it already. */
  readonly repeated: number[] = [];
  readonly counts: number[] = [];
  readonly #files: number;

  constructor(files: number) {
    this.#files = files;
  }

  /** Throws DataError FT-ROWS-009 where an id of the file names two rows that differ. */
  async read(file: number, path: string, rows: AsyncIterable<Row>): Promise<void> {
    const lines = new Map<string, number>();
    const problems: string[] = [];
    this.counts[file] = 0;
    this.repeated[file] = 0;
    for await (const row of rows) {
      this.counts[file]++;
      const { name, key, hash } = nameOf(row);
      let known = this.rows.get(name);
      if (known === undefined) {
        known = { key, hashes: Array.from({ length: this.#files }) };
        this.rows.set(name, known);
      }
      const before = known.hashes[file];
      if (before === hash) this.repeated[file]++;
      else if (before !== undefined && problems.length < toldProblems)
        problems.push(`${path}: id ${key}: lines ${lines.get(name)} and ${row.line}`);
      if (before !== undefined) continue;
      known.hashes[file] = hash;
      lines.set(name, row.line);
    }
    if (problems.length > 0) throw sameIdTwice(path, problems);
  }
}
