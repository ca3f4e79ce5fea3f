// Files of rows made one: every row once, by its id or its content. What the files say differently of one row is a
// conflict, shown with its fields, and settled only when it is said how. Datasets of the store: store/merge.ts.
import type { Environment } from "../../../core/paths.ts";
import { requireApart } from "../../../synth/rows/apart.ts";
import { type Row, rowsOf } from "../../../synth/rows/row-blocks.ts";
import { WholeFile } from "../../../synth/rows/whole-file.ts";
import { type RowInput, withRows } from "../row-input.ts";
import { type FileConflict, foldRow, type Side } from "./fold.ts";
import { type Known, nameOf, RowNames } from "./row-names.ts";

export interface MergeFilesRequest {
  /** Files, or NAME@VERSION of the store; the first is `ours`. */
  inputs: readonly string[];
  output: string;
  onConflict?: "ours" | "theirs" | undefined;
  /** What all of them were made from. */
  base?: string | undefined;
}

export interface MergedFile {
  file: string;
  rows: number;
  /** Rows that no file before has. */
  added: number;
  /** Rows that a file before has as they are, or that stand in this one twice. */
  same: number;
  /** Rows of another file changed as this one has them, without a conflict. */
  changed: number;
}

export interface MergedFiles {
  /** Null where conflicts are in the way. */
  output: string | null;
  rows: number;
  /** Rows of the base that one of the files has removed. */
  removed: number;
  files: MergedFile[];
  conflicts: FileConflict[];
}

async function* rowsIn(input: RowInput): AsyncGenerator<Row> {
  for await (const block of input.blocks()) yield* rowsOf(block, input.name);
}

/** Opens all of them, one within the other. */
async function withAll<T>(
  environment: Environment,
  references: readonly string[],
  work: (inputs: readonly RowInput[]) => Promise<T>,
  opened: readonly RowInput[] = [],
): Promise<T> {
  const [next, ...rest] = references;
  if (next === undefined) return await work(opened);
  return await withRows(environment, next, (input) =>
    withAll(environment, rest, work, [...opened, input]),
  );
}

/** Names on which the files differ; a base makes an absent row a removed one. */
function differing({ rows }: RowNames, hasBase: boolean): Map<string, Known> {
  const differs = ({ hashes }: Known): boolean => {
    const said = new Set(hashes.filter((hash) => hash !== undefined));
    return said.size > 1 || (hasBase && hashes[0] !== undefined && hashes.includes(undefined));
  };
  return new Map([...rows].filter(([, known]) => differs(known)));
}

class FilesMerge {
  readonly #inputs: readonly RowInput[];
  readonly #hasBase: boolean;
  readonly #wins: "ours" | "theirs";
  readonly #names: RowNames;
  readonly conflicts: FileConflict[] = [];
  readonly #changed: number[];
  /** What became of rows on which the files differ. */
  readonly #settled = new Map<string, Side>();
  removed = 0;

  constructor(inputs: readonly RowInput[], hasBase: boolean, wins: "ours" | "theirs") {
    this.#inputs = inputs;
    this.#hasBase = hasBase;
    this.#wins = wins;
    this.#names = new RowNames(inputs.length);
    this.#changed = inputs.map(() => 0);
  }

  async read(): Promise<void> {
    for (const [at, input] of this.#inputs.entries())
      await this.#names.read(at, input.name, rowsIn(input));
    const open = differing(this.#names, this.#hasBase);
    const sides = await this.#sidesOf(open);
    for (const [name, { key }] of open) this.#settle(name, key, sides.get(name)!);
  }

  async #sidesOf(open: ReadonlyMap<string, Known>): Promise<Map<string, Side[]>> {
    const sides = new Map<string, Side[]>();
    for (const name of open.keys())
      sides.set(
        name,
        Array.from({ length: this.#inputs.length }, () => undefined),
      );
    if (open.size === 0) return sides;
    for (const [at, input] of this.#inputs.entries()) {
      for await (const row of rowsIn(input)) {
        const side = sides.get(nameOf(row).name);
        if (side !== undefined) side[at] = row.value;
      }
    }
    return sides;
  }

  #settle(name: string, key: string | null, sides: readonly Side[]): void {
    const first = Number(this.#hasBase);
    const files = this.#inputs.slice(first).map((input) => input.name);
    const base = this.#hasBase ? sides[0] : undefined;
    const folded = foldRow(base, sides.slice(first), { key, files, wins: this.#wins });
    this.conflicts.push(...folded.conflicts);
    this.#settled.set(name, folded.value);
    if (folded.value === undefined) this.removed++;
    // the first to have the row has added it, not changed it
    const taken = base === undefined ? folded.takenFrom.slice(1) : folded.takenFrom;
    if (folded.value !== undefined) for (const at of taken) this.#changed[at + first]!++;
  }

  /** The rows in the order of the files, each where it stands first. */
  async write(output: WholeFile): Promise<number> {
    const written = new Set<string>();
    const inputs = this.#hasBase ? this.#inputs.slice(1) : this.#inputs;
    for (const input of inputs) {
      for await (const row of rowsIn(input)) {
        const { name } = nameOf(row);
        if (written.has(name)) continue;
        written.add(name);
        if (!this.#settled.has(name)) output.line(row.text);
        else this.#writeSettled(output, row, this.#settled.get(name));
      }
    }
    return [...written].filter((name) => this.#isKept(name)).length;
  }

  /** Letter by letter where it came out as this file has it. */
  #writeSettled(output: WholeFile, row: Row, value: Side): void {
    if (value === undefined) return;
    const text = JSON.stringify(value);
    output.line(text === JSON.stringify(row.value) ? row.text : text);
  }

  #isKept(name: string): boolean {
    return !this.#settled.has(name) || this.#settled.get(name) !== undefined;
  }

  files(): MergedFile[] {
    const told = this.#inputs.map(({ name }, at) => ({
      file: name,
      rows: this.#names.counts[at]!,
      added: 0,
      same: this.#names.repeated[at]!,
      changed: this.#changed[at]!,
    }));
    for (const { hashes } of this.#names.rows.values()) {
      for (const [at, hash] of hashes.entries()) {
        if (hash === undefined) continue;
        const before = hashes.slice(0, at).filter((each) => each !== undefined);
        if (before.length === 0) told[at]!.added++;
        else if (before.includes(hash)) told[at]!.same++;
      }
    }
    return this.#hasBase ? told.slice(1) : told;
  }
}

/**
 * Memory grows with the number of rows, by their names and hashes; texts are held where the files differ. Throws
 * UsageError FT-ROWS-006, DataError FT-ROWS-001, 002 and 009.
 */
export async function mergeFiles(
  environment: Environment,
  { inputs, output, onConflict, base }: MergeFilesRequest,
): Promise<MergedFiles> {
  const references = base === undefined ? inputs : [base, ...inputs];
  requireApart({ reads: references, writes: [output] });
  return await withAll(environment, references, async (opened) => {
    const merge = new FilesMerge(opened, base !== undefined, onConflict ?? "ours");
    await merge.read();
    const { conflicts, removed } = merge;
    const told = { removed, conflicts, files: merge.files() };
    if (conflicts.length > 0 && onConflict === undefined) return { output: null, rows: 0, ...told };
    using file = new WholeFile(output);
    const rows = await merge.write(file);
    await file.commit();
    return { output, rows, ...told };
  });
}
