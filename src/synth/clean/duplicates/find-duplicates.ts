// Rows that say the same: as they stand, beside case, spacing and punctuation, or but for a few edits. Near-duplicates are
// found by their sketches and then verified on their texts, so that none is one by chance. Memory: about 400 bytes a row.
import { peek, workOnBlocks } from "../../rows/block-work.ts";
import { lineCount, type LineBlock } from "../../rows/row-blocks.ts";
import { fewRows, findCandidates } from "./candidates.ts";
import { editSimilarity } from "./edit-similarity.ts";
import { FirstRows, Groups, GrowingSketches } from "./growing.ts";
import { blockSketcher, rowTexts, type RowTexts } from "./sketch-block.ts";
import { sketchSize } from "./sketch.ts";
import { TextSpool } from "./text-spool.ts";

export type Likeness = "exact" | "normalized" | "near";

export interface DuplicateOptions {
  /** Told in errors. */
  readonly file: string;
  /** Texts as alike as this are near-duplicates, of 0 … 1: 1 − edits / length. 1 finds equal normal texts alone. */
  readonly threshold: number;
  readonly threads?: number | undefined;
  /** Also asked where it is given: whether a pair that is alike in letters means the same. */
  readonly meansTheSame?: ((pairs: readonly TextPair[]) => Promise<boolean[]>) | undefined;
}

export interface TextPair {
  readonly first: string;
  readonly second: string;
}

const shownText = ({ system, text }: RowTexts): string => `${system} ${text}`.trim();

/** Rows and what groups them. Close it: it holds their texts. */
export class Duplicates {
  /** By row. */
  readonly ids: readonly string[];
  readonly #groups: Groups;
  readonly #likeness: ReadonlyMap<number, Likeness>;
  readonly #texts: TextSpool;
  #sizes: Int32Array | undefined;

  constructor(
    ids: readonly string[],
    groups: Groups,
    likeness: ReadonlyMap<number, Likeness>,
    texts: TextSpool,
  ) {
    this.ids = ids;
    this.#groups = groups;
    this.#likeness = likeness;
    this.#texts = texts;
  }

  /** The row that stands for this one: its group's first. */
  keptFor(row: number): number {
    return this.#groups.find(row);
  }

  /** How a row came to its group; undefined for the group's first. */
  likenessOf(row: number): Likeness | undefined {
    return this.keptFor(row) === row ? undefined : (this.#likeness.get(row) ?? "near");
  }

  /** Whether its group has other rows. */
  isShared(row: number): boolean {
    this.#sizes ??= this.#countGroups();
    return this.#sizes[this.keptFor(row)]! > 1;
  }

  /** A row's text as it was compared. */
  textOf(row: number): string {
    return shownText(rowTexts(this.#texts.get(row)));
  }

  close(): void {
    this.#texts.close();
  }

  #countGroups(): Int32Array {
    const sizes = new Int32Array(this.ids.length);
    for (const row of this.ids.keys()) sizes[this.keptFor(row)]!++;
    return sizes;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Lines before the last of these blocks, and those in it. */
function rowsIn(blocks: readonly LineBlock[]): number {
  const last = blocks.at(-1);
  return last === undefined ? 0 : last.firstLine - 1 + lineCount(last.bytes);
}

/** Everything that is read once. */
class Reading {
  readonly ids: string[] = [];
  readonly texts = new TextSpool();
  readonly sketches = new GrowingSketches(sketchSize);
  readonly same: { row: number; first: number; likeness: Likeness }[] = [];
  readonly #exact = new FirstRows();
  readonly #normal = new FirstRows();

  async read(blocks: AsyncIterable<LineBlock>, options: DuplicateOptions): Promise<void> {
    const entry = new URL(`sketch-thread${import.meta.url.slice(-3)}`, import.meta.url);
    const { file, threads } = options;
    const { first, all } = await peek(blocks, (read) => rowsIn(read) > fewRows);
    const pieces = rowsIn(first) > fewRows ? ("long" as const) : ("short" as const);
    const work = { entry, setup: { file, pieces }, make: blockSketcher, threads };
    for await (const block of workOnBlocks(all, work)) {
      for (const [at, id] of block.ids.entries())
        this.#see(id, block.exact[at] ?? 0, block.normal[at] ?? 0);
      this.sketches.append(block.sketches);
      this.texts.append(block.texts, block.ends);
    }
  }

  #see(id: string, exact: number, normal: number): void {
    const row = this.ids.length;
    this.ids.push(id);
    const first = this.#normal.firstOf(normal, row);
    const isExact = this.#exact.firstOf(exact, row) !== row;
    if (first !== row) this.same.push({ row, first, likeness: isExact ? "exact" : "normalized" });
  }
}

/** Texts this long are compared by their sketches alone: edits of a book take too long to count. */
const longest = 6000;
/** In so short a text another number says another thing. */
const shortText = 200;

const digits = (text: string): string => (text.match(/\d+/g) ?? []).join(" ");

/** 2 · shared / (both): the part of two texts' pieces that they share, from the part of all pieces. */
const dice = (jaccard: number): number => (2 * jaccard) / (1 + jaccard);

function alike(first: string, second: string, shared: number, threshold: number): boolean {
  const [shorter, longer] = first.length < second.length ? [first, second] : [second, first];
  const moved = dice(shared) >= threshold;
  if (longer.length < shortText && digits(first) !== digits(second)) return false;
  if (longer.length > longest || shorter.length < threshold * longer.length) return moved;
  return moved || editSimilarity(first, second, threshold) >= threshold;
}

/** Both texts must be alike, the system's and what follows it, and pictures the same. */
function isPair(first: RowTexts, second: RowTexts, shared: number, threshold: number): boolean {
  if (first.beside !== second.beside) return false;
  if (first.system !== second.system && !alike(first.system, second.system, 0, threshold))
    return false;
  return alike(first.text, second.text, shared, threshold);
}

/** Pairs less alike than this in pieces are not verified: a tenth of the letters edited leaves 0.42. */
const leastShared = (threshold: number): number => Math.max(0.2, 0.7 * threshold ** 5 + 0.07);

async function joinNear(
  reading: Reading,
  groups: Groups,
  { threshold, meansTheSame }: DuplicateOptions,
): Promise<void> {
  const { ids, sketches, texts } = reading;
  const has = (row: number): boolean => groups.find(row) === row;
  const all = { values: sketches.values, count: ids.length, has };
  const candidates = findCandidates(all, leastShared(threshold));
  for (let row = 0; row < ids.length; row++) {
    if (!has(row)) continue;
    let own: RowTexts | undefined;
    for (const { other, shared } of candidates.of(row)) {
      if (groups.find(other) === groups.find(row)) continue;
      own ??= rowTexts(texts.get(row));
      const second = rowTexts(texts.get(other));
      if (!isPair(own, second, shared, threshold)) continue;
      const pair = { first: shownText(own), second: shownText(second) };
      const [means = true] = (await meansTheSame?.([pair])) ?? [];
      if (means) groups.join(row, other);
    }
  }
}

/** Throws DataError FT-ROWS-001 for a line that is no row. */
export async function findDuplicates(
  blocks: AsyncIterable<LineBlock>,
  options: DuplicateOptions,
): Promise<Duplicates> {
  const reading = new Reading();
  try {
    await reading.read(blocks, options);
    const groups = new Groups(reading.ids.length);
    const likeness = new Map<number, Likeness>();
    for (const { row, first, likeness: how } of reading.same) {
      groups.join(row, first);
      likeness.set(row, how);
    }
    if (options.threshold < 1) await joinNear(reading, groups, options);
    return new Duplicates(reading.ids, groups, likeness, reading.texts);
  } catch (error) {
    reading.texts.close();
    throw error;
  }
}
