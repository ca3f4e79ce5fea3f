// What the blocks below the first trained one give for each row, computed once: they are frozen, so every epoch and
// every evaluation would compute the same again. Kept in a file, read as batches need it (Skip2-LoRA, Matsutani 2024).
// Which runs do this is the assembling's decision; the model is only asked for its blocks.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, readFile, rm, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { writeJsonAtomic } from "../core/atomic-files.ts";
import { FtError } from "../core/errors.ts";
import { hashFile } from "../core/file-hash.ts";
import { formatBytes, formatCount } from "../core/units.ts";
import { type Batch, collate, type CollateOptions, type Sequence } from "../data/index.ts";
import { type Dtype, float32, int32, scope, type Tensor } from "../mx/index.ts";
import type { TrainableModel } from "./objectives/objective.ts";

/** Positions in one pass while the states are computed: enough for fast products, little to hold. */
const chunkPositions = 2048;
const floatBytes = 4;

interface Stretch {
  /** Where it begins in the flattened batch. */
  start: number;
  length: number;
  /** What it goes on from, where several share a beginning. */
  after?: Stretch;
}

/** The sequences in a batch: each without its padding. */
export function stretches({ segments, prefixes = segments, batch, length }: Batch): Stretch[] {
  const found: Stretch[] = [];
  for (let row = 0; row < batch; row++) {
    const end = (row + 1) * length;
    const bySegment = new Map<number | undefined, Stretch>();
    for (let start = row * length; start < end && segments[start] !== 0;) {
      let stop = start;
      while (stop < end && segments[stop] === segments[start]) stop++;
      const after = bySegment.get(prefixes[start]);
      const stretch = { start, length: stop - start, ...(after !== undefined && { after }) };
      found.push(stretch);
      bySegment.set(segments[start], stretch);
      start = stop;
    }
  }
  return found;
}

/** What the model reads up to the end of a stretch, its shared beginning with it. */
function readUpTo({ ids }: Batch, { start, length, after }: Stretch): Int32Array {
  const own = ids.subarray(start, start + length);
  return after === undefined
    ? own
    : Int32Array.from([...ids.subarray(after.start, after.start + after.length), ...own]);
}

/** What the model reads of a sequence tells its states: attention looks back only. */
function keyOf(ids: Int32Array): string {
  const bytes = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  return createHash("sha1").update(bytes).digest("base64");
}

/** What is read of a sequence: all but its last token. */
const readOf = ({ ids }: Sequence): Int32Array => ids.subarray(0, Math.max(0, ids.length - 1));

export interface PrefixInput {
  model: TrainableModel;
  /** The first block that is not frozen. */
  block: number;
  /** Of every row that will be trained or evaluated on. */
  sequences: readonly Sequence[];
  collate: CollateOptions;
  /** Where the states are kept. */
  path: string;
  shouldStop(): boolean;
  onProgress(done: number, total: number): void;
}

/** Beside the file: that it is whole, and of which sequences, in order. */
const Kept = z.object({
  sequences: z.string(),
  dtype: z.enum(["float32", "float16", "bfloat16"]),
  sha256: z.string(),
});
type Kept = z.infer<typeof Kept>;

const besidePath = (path: string): string => `${path}.json`;

/** Each sequence once, the longest first; the order is a function of what they hold. */
function distinct(sequences: readonly Sequence[]): Map<string, Int32Array> {
  const read = sequences.map(readOf).filter((ids) => ids.length > 0);
  const byKey = new Map(read.map((ids) => [keyOf(ids), ids]));
  const order = ([a, x]: [string, Int32Array], [b, y]: [string, Int32Array]): number =>
    y.length - x.length || (a < b ? -1 : 1);
  return new Map([...byKey].toSorted(order));
}

function chunksOf(all: readonly Int32Array[], { padToMultiple }: CollateOptions): Int32Array[][] {
  const chunks: Int32Array[][] = [];
  for (let at = 0; at < all.length;) {
    const longest = Math.ceil((all[at]?.length ?? 1) / padToMultiple) * padToMultiple;
    const rows = Math.max(1, Math.floor(chunkPositions / longest));
    chunks.push(all.slice(at, at + rows));
    at += rows;
  }
  return chunks;
}

/** (rows, length, hidden size) of a chunk, as numbers, and what the model computed them in. */
function statesOf(
  { model, block }: PrefixInput,
  batch: Batch,
): { values: Float32Array; dtype: Dtype } {
  return scope(() => {
    const ids = int32(batch.ids, [batch.batch, batch.length]);
    const states = model.hidden(ids, { until: block });
    return { values: states.toFloat32(), dtype: states.dtype };
  });
}

/** A token that is never read closes each sequence, as `collate` expects. */
function closed(read: Int32Array): Sequence {
  const ids = new Int32Array(read.length + 1);
  ids.set(read);
  return { ids, weights: new Float32Array(ids.length) };
}

/** Writes the states of every sequence, one after the other, and returns their dtype; undefined when asked to stop. */
async function write(input: PrefixInput, all: readonly Int32Array[], file: FileHandle) {
  let done = 0;
  let found: Dtype = "float32";
  for (const chunk of chunksOf(all, input.collate)) {
    const units = chunk.map((ids) => [closed(ids)]);
    const batch = collate(units, input.collate);
    const { values, dtype } = statesOf(input, batch);
    found = dtype;
    const width = values.length / (batch.batch * batch.length);
    for (const [row, ids] of chunk.entries()) {
      const start = row * batch.length * width;
      const part = values.subarray(start, start + ids.length * width);
      await file.appendFile(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    done += chunk.length;
    input.onProgress(done, all.length);
    await setImmediate();
    if (input.shouldStop()) return undefined;
  }
  return found;
}

/** The states of an earlier part of the same run, where they are whole. */
async function keptStates(path: string, sequences: string): Promise<Kept | undefined> {
  try {
    const kept = Kept.parse(JSON.parse(await readFile(besidePath(path), "utf8")));
    const isWhole = kept.sequences === sequences && kept.sha256 === (await hashFile(path));
    return isWhole ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** A disk that fills up half way would take the run's checkpoints with it. */
async function requireRoom(
  { path, model, block }: PrefixInput,
  all: readonly Int32Array[],
): Promise<void> {
  const tokens = all.reduce((sum, ids) => sum + ids.length, 0);
  const width = scope(() => model.hidden(int32([0], [1, 1]), { until: block }).dim(2));
  const bytes = tokens * width * floatBytes;
  const { bavail, bsize } = await statfs(dirname(path));
  if (bytes < (bavail * bsize) / 2) return;
  throw new FtError("FT-TRAIN-011", {
    message:
      `the kept outputs of the frozen blocks for ${formatCount(tokens)} tokens need ${formatBytes(bytes)}, ` +
      `and ${formatBytes(bavail * bsize)} are free in ${dirname(path)}`,
    hint: "--no-prefix-cache computes them anew for each batch",
  });
}

async function writeTo<T>(path: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, "w");
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

async function computedStates(
  input: PrefixInput,
  all: readonly Int32Array[],
  sequences: string,
): Promise<Kept | undefined> {
  const { path } = input;
  await forgetPrefixStates(path);
  await requireRoom(input, all);
  const dtype = await writeTo(path, (file) => write(input, all, file));
  if (dtype === undefined) return undefined;
  const kept = Kept.parse({ sequences, dtype, sha256: await hashFile(path) });
  await writeJsonAtomic(besidePath(path), kept);
  return kept;
}

/** Computes the states, or finds them as the run left them; undefined when asked to stop meanwhile. */
export async function prefixStates(input: PrefixInput): Promise<PrefixStates | undefined> {
  const { path, block } = input;
  const all = distinct(input.sequences);
  const digest = createHash("sha256")
    .update(JSON.stringify([block, ...all.keys()]))
    .digest("hex");
  const kept =
    (await keptStates(path, digest)) ?? (await computedStates(input, [...all.values()], digest));
  return kept === undefined ? undefined : new PrefixStates({ path, block, ...kept }, all);
}

export async function forgetPrefixStates(path: string): Promise<void> {
  await rm(besidePath(path), { force: true });
  await rm(path, { force: true });
}

export class PrefixStates {
  /** The block that goes on from them. */
  readonly block: number;
  readonly #file: number;
  readonly #dtype: Dtype;
  /** Where each sequence's states begin, in tokens. */
  readonly #starts = new Map<string, number>();
  readonly #width: number;

  constructor(
    { path, block, dtype }: Pick<PrefixInput, "path" | "block"> & Pick<Kept, "dtype">,
    sequences: ReadonlyMap<string, Int32Array>,
  ) {
    this.block = block;
    this.#dtype = dtype;
    this.#file = openSync(path, "r");
    let tokens = 0;
    for (const [key, ids] of sequences) {
      this.#starts.set(key, tokens);
      tokens += ids.length;
    }
    this.#width = fstatSync(this.#file).size / floatBytes / Math.max(1, tokens);
  }

  /** (batch, length, hidden size); zeros where a batch is padded. Throws RangeError for an unknown sequence. */
  of(batch: Batch): Tensor {
    const width = this.#width;
    const states = new Float32Array(batch.batch * batch.length * width);
    const all = stretches(batch);
    const shared = new Set(all.map(({ after }) => after));
    const read = ({ start, length }: Stretch, token: number): void =>
      this.#read(
        states.subarray(start * width, (start + length) * width),
        token * width * floatBytes,
      );
    for (const stretch of all.filter((one) => !shared.has(one))) {
      const first = this.#starts.get(keyOf(readUpTo(batch, stretch)));
      if (first === undefined) throw new RangeError("no states were computed for this row");
      if (stretch.after !== undefined) read(stretch.after, first);
      read(stretch, first + (stretch.after?.length ?? 0));
    }
    return float32(states, [batch.batch, batch.length, width]).astype(this.#dtype);
  }

  #read(into: Float32Array, position: number): void {
    const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
    for (let done = 0; done < bytes.length;) {
      const read = readSync(this.#file, bytes, done, bytes.length - done, position + done);
      if (read === 0) throw new RangeError("the file of states ends too early");
      done += read;
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
