// Rows of long work, written one after another beside what was asked: a second call with the same question goes on where
// the first one ended, and one with another question is refused. Knows no row.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomic, writeJsonAtomic } from "./atomic-files.ts";

/** What decides the rows. */
export type Identity = Readonly<Record<string, unknown>>;

export interface KeptFiles {
  /** JSON lines. */
  rows: string;
  /** One document: what was asked, and at the end what came of it. */
  about: string;
}

function readIdentity(file: string): Identity | undefined {
  if (!existsSync(file)) return undefined;
  const { asked } = JSON.parse(readFileSync(file, "utf8")) as { asked?: Identity };
  return asked;
}

/** Whole lines; what a crash left of one is no row. */
export function wholeRows<Row>(file: string): Row[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Row);
}

export class KeptRows<Row> {
  /** What is there already, in order. */
  readonly rows: Row[];
  readonly #files: KeptFiles;
  readonly #identity: Identity;

  private constructor(files: KeptFiles, identity: Identity, rows: Row[]) {
    this.#files = files;
    this.#identity = identity;
    this.rows = rows;
  }

  /** Throws what `refused` makes where another question was asked; it is told in what they differ. */
  static async open<Row>(
    files: KeptFiles,
    asked: Identity,
    refused: (keys: readonly string[]) => Error,
  ): Promise<KeptRows<Row>> {
    // as it is read again: without what JSON cannot say
    const identity = JSON.parse(JSON.stringify(asked)) as Identity;
    const before = readIdentity(files.about);
    if (before !== undefined && !isDeepStrictEqual(before, identity))
      throw refused(
        Object.keys(identity).filter((key) => !isDeepStrictEqual(before[key], identity[key])),
      );
    const rows = before === undefined ? [] : wholeRows<Row>(files.rows);
    await writeFileAtomic(files.rows, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await writeJsonAtomic(files.about, { asked: identity });
    return new KeptRows(files, identity, rows);
  }

  add(row: Row): void {
    appendFileSync(this.#files.rows, `${JSON.stringify(row)}\n`);
    this.rows.push(row);
  }

  async finish(summary: Readonly<Record<string, unknown>>): Promise<void> {
    await writeJsonAtomic(this.#files.about, { asked: this.#identity, ...summary });
  }
}
