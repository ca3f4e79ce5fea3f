// Rows of long work, written one after another beside what was asked: a second call with the same question goes on where
// the first one ended, and one with another question is refused. Knows no row.
import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { writeFileAtomic, writeJsonAtomic } from "./atomic-files.ts";
import { ExitCode, FtError } from "./errors.ts";

/** What decides the rows. */
export type Identity = Readonly<Record<string, unknown>>;

export interface KeptFiles {
  /** JSON lines. */
  rows: string;
  /** One document: what was asked, and at the end what came of it. */
  about: string;
}

export interface KeptRowsOptions<Row> {
  /** Makes what is thrown where another question was asked; it is told in what they differ. */
  refused: (keys: readonly string[]) => Error;
  /** Whether a row that is there can be the one at this place, counted from 0; what comes after one that cannot goes. */
  fits: (row: Row, at: number) => boolean;
}

/** Undefined where nothing was asked yet. A file that somebody changed asks something that cannot be known. */
function readIdentity(file: string): Identity | undefined {
  if (!existsSync(file)) return undefined;
  const about = parsed<{ asked?: Identity } | null>(readFileSync(file, "utf8"));
  return about?.asked ?? {};
}

function parsed<T>(text: string): T | undefined {
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}

/** Rows up to the first line that is none: a crash leaves part of one, a full disk or a hand may leave anything. */
export function wholeRows<Row>(file: string): Row[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const rows = lines.filter((line) => line !== "").map((line) => parsed<Row>(line));
  const broken = rows.findIndex((row) => typeof row !== "object" || row === null);
  return (broken === -1 ? rows : rows.slice(0, broken)) as Row[];
}

function firstFitting<Row>(rows: Row[], fits: KeptRowsOptions<Row>["fits"]): Row[] {
  const odd = rows.findIndex((row, at) => !fits(row, at));
  return odd === -1 ? rows : rows.slice(0, odd);
}

function writtenMeanwhile(file: string): FtError {
  return new FtError("FT-ROWS-001", {
    at: { file },
    message: "another process is writing to this file",
    hint: "wait until the other command has ended and run this one again, or give another --output",
    exitCode: ExitCode.temporary,
  });
}

export class KeptRows<Row> {
  /** What is there already, in order. */
  readonly rows: Row[];
  readonly #files: KeptFiles;
  readonly #identity: Identity;
  /** Of the file, as we left it. */
  #bytes: number;

  private constructor(files: KeptFiles, identity: Identity, rows: Row[]) {
    this.#files = files;
    this.#identity = identity;
    this.rows = rows;
    this.#bytes = statSync(files.rows).size;
  }

  /** Throws what `refused` makes. */
  static async open<Row>(
    files: KeptFiles,
    asked: Identity,
    { refused, fits }: KeptRowsOptions<Row>,
  ): Promise<KeptRows<Row>> {
    // as it is read again: without what JSON cannot say
    const identity = JSON.parse(JSON.stringify(asked)) as Identity;
    const before = readIdentity(files.about);
    if (before !== undefined && !isDeepStrictEqual(before, identity)) {
      const keys = [...new Set([...Object.keys(identity), ...Object.keys(before)])];
      throw refused(keys.filter((key) => !isDeepStrictEqual(before[key], identity[key])));
    }
    const rows = before === undefined ? [] : firstFitting(wholeRows<Row>(files.rows), fits);
    await writeFileAtomic(files.rows, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await writeJsonAtomic(files.about, { asked: identity });
    return new KeptRows(files, identity, rows);
  }

  /** Throws FtError FT-ROWS-001 (exit 75) where the file is not as this process left it. */
  add(row: Row): void {
    const line = `${JSON.stringify(row)}\n`;
    const size = statSync(this.#files.rows, { throwIfNoEntry: false })?.size;
    if (size !== this.#bytes) throw writtenMeanwhile(this.#files.rows);
    appendFileSync(this.#files.rows, line);
    this.#bytes += Buffer.byteLength(line);
    this.rows.push(row);
  }

  async finish(summary: Readonly<Record<string, unknown>>): Promise<void> {
    await writeJsonAtomic(this.#files.about, { asked: this.#identity, ...summary });
  }
}
