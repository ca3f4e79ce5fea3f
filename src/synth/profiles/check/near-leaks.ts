// Rows for validation that are nearly rows for training, found by sketches and verified on their texts
// (clean/duplicates). What rows say is put aside in a file until both are read.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findDuplicates } from "../../clean/duplicates/find-duplicates.ts";
import { readLineBlocks } from "../../rows/row-blocks.ts";
import { WholeFile } from "../../rows/whole-file.ts";
import type { SeenRow } from "../profile.ts";
import { textIn } from "../rules/contents.ts";
import { allMessages } from "../rules/rule.ts";

/** Rows compared at most: each takes about 400 bytes of memory. */
const mostRows = 500_000;

/** Texts as alike as this: 1 − edits / length. */
const threshold = 0.85;

export class NearLeaks {
  readonly #folder = mkdtempSync(join(tmpdir(), "ft-near-"));
  readonly #path = join(this.#folder, "rows.jsonl");
  readonly #texts = new WholeFile(this.#path);
  #rows = 0;

  /** Rows for training first, then those for validation. */
  add(seen: SeenRow, line: number, side: "training" | "validation"): void {
    if (++this.#rows > mostRows) return;
    const text = allMessages(seen)
      .map(({ value }) => textIn(value["content"]) ?? "")
      .join("\n");
    this.#texts.line(JSON.stringify({ id: `${side} ${line}`, text }));
  }

  /** Whether there were too many rows to compare them all. */
  get isPartial(): boolean {
    return this.#rows > mostRows;
  }

  /** Lines for validation, each with the line for training that it is nearly. */
  async *find(): AsyncGenerator<{ line: number; training: number }> {
    await this.#texts.commit();
    if (this.#rows === 0) return;
    using found = await findDuplicates(readLineBlocks(this.#path), { file: this.#path, threshold });
    for (const [row, id] of found.ids.entries()) {
      const [side, line] = id.split(" ");
      const [firstSide, first] = (found.ids[found.keptFor(row)] ?? "").split(" ");
      if (side === "validation" && firstSide === "training")
        yield { line: Number(line), training: Number(first) };
    }
  }

  [Symbol.dispose](): void {
    this.#texts.discard();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
