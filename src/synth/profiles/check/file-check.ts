// One file, line by line: what is wrong with its lines and rows, what is there twice, and sums over it.
import type { SeenRow } from "../profile.ts";
import type { FileSize } from "./file-sizes.ts";
import type { Findings } from "./findings.ts";
import { type FileStart, type Line, readLines } from "./lines.ts";
import type { Repeats } from "./repeats.ts";
import type { RowChecker } from "./row-checker.ts";

function* fileSightings({ hasMark, isUtf16 }: FileStart) {
  const at = { field: "" };
  if (isUtf16)
    yield { ...at, code: "not_utf8" as const, message: "the file is UTF-16", fixable: true };
  else if (hasMark)
    yield {
      ...at,
      code: "byte_order_mark" as const,
      message: "three bytes precede the first row",
    };
  else
    yield {
      ...at,
      code: "byte_order_mark_missing" as const,
      message: "the service requires a byte-order mark",
    };
}

export interface FileCheckSetup {
  findings: Findings;
  checker: RowChecker;
  repeats: Repeats;
  /** What the file is held against: that for training. */
  training?: Repeats | undefined;
  /** Hears of every row that has the form. */
  onRow?: ((seen: SeenRow, line: number) => void) | undefined;
}

export class FileCheck {
  readonly size: FileSize = { rows: 0, bytes: 0 };
  counted = 0;
  total = 0;
  longest = 0;
  readonly #file: string;
  readonly #findings: Findings;
  readonly #checker: RowChecker;
  readonly #repeats: Repeats;
  readonly #training: Repeats | undefined;
  readonly #onRow: FileCheckSetup["onRow"];

  constructor(file: string, setup: FileCheckSetup) {
    this.#file = file;
    this.#findings = setup.findings;
    this.#checker = setup.checker;
    this.#repeats = setup.repeats;
    this.#training = setup.training;
    this.#onRow = setup.onRow;
  }

  async run(start: FileStart): Promise<void> {
    this.size.bytes = start.bytes;
    for (const found of fileSightings(start)) this.#findings.add(this.#file, 1, found);
    for await (const line of readLines(this.#file)) this.#line(line);
  }

  #line({ line, text = "", row, sightings }: Line): void {
    for (const found of sightings) this.#findings.add(this.#file, line, found);
    if (row === undefined) return;
    this.size.rows++;
    const checked = this.#checker.check(row, Buffer.byteLength(text));
    for (const found of checked.sightings) this.#findings.add(this.#file, line, found);
    if (checked.tokens !== undefined) this.#count(checked.tokens);
    if (checked.seen === undefined) return;
    this.#onRow?.(checked.seen, line);
    for (const found of this.#repeats.add(row, checked.seen, line))
      this.#findings.add(this.#file, line, found);
    for (const found of this.#training?.held(row, checked.seen, line) ?? [])
      this.#findings.add(this.#file, line, found);
  }

  #count(tokens: number): void {
    this.counted++;
    this.total += tokens;
    this.longest = Math.max(this.longest, tokens);
  }
}
