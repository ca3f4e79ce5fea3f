// Encoded rows kept on the disk by what they were made from, so that validating, starting and resuming over the same
// rows tokenize them once. A file that is missing, damaged or of other rows counts as none; nothing here throws.
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic-files.ts";
import type { DroppedRow, EncodedRow, EncodedRows, Sequence } from "./encode.ts";
import type { Row } from "./rows.ts";

/** Raised when the form of the files changes. */
const formatVersion = 1;
/** Fewer tokens than this are made anew as quickly as they are read. */
const fewTokens = 50_000;
/** Bytes of all files together; the ones used longest ago go first. */
const bytesKept = 2e9;
const headerBytes = 64;

/** A name for what rows become: `made` says by what (tokenizer, template, mask), the rows speak for themselves. */
export function encodedKey(rows: readonly Row[], made: readonly unknown[]): string {
  const hash = createHash("sha256").update(JSON.stringify([formatVersion, ...made]));
  for (const { sample } of rows) hash.update("\n").update(JSON.stringify(sample));
  return hash.digest("hex");
}

/** Numbers of a file: of each sample its row, its number of sequences and their lengths; then the ids, then the dropped rows. */
function numbersOf({ samples, dropped }: EncodedRows, rows: ReadonlyMap<Row, number>): Int32Array {
  const layout = samples.flatMap(({ row, sequences }) => [
    rows.get(row) ?? -1,
    sequences.length,
    ...sequences.map(({ ids }) => ids.length),
  ]);
  const lost = dropped.flatMap(({ row, tokens }) => [rows.get(row) ?? -1, tokens]);
  const all = samples.flatMap(({ sequences }) => sequences);
  const tokens = all.reduce((sum, { ids }) => sum + ids.length, 0);
  const numbers = new Int32Array(4 + layout.length + lost.length + tokens);
  numbers.set([samples.length, dropped.length, layout.length, tokens]);
  numbers.set(layout, 4);
  numbers.set(lost, 4 + layout.length);
  let at = 4 + layout.length + lost.length;
  for (const { ids } of all) {
    numbers.set(ids, at);
    at += ids.length;
  }
  return numbers;
}

function weightsOf({ samples }: EncodedRows): Float32Array {
  const all = samples.flatMap(({ sequences }) => sequences);
  const weights = new Float32Array(all.reduce((sum, one) => sum + one.weights.length, 0));
  let at = 0;
  for (const one of all) {
    weights.set(one.weights, at);
    at += one.weights.length;
  }
  return weights;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const digestOf = (bytes: Uint8Array): Buffer =>
  Buffer.from(createHash("sha256").update(bytes).digest("hex"), "latin1");

/** Writes the rows under their key, unless they are few. */
export async function keepEncoded(
  folder: string,
  key: string,
  rows: readonly Row[],
  encoded: EncodedRows,
): Promise<void> {
  const numbers = numbersOf(encoded, new Map(rows.map((row, at) => [row, at])));
  if ((numbers[3] ?? 0) < fewTokens) return;
  const body = Buffer.concat([bytesOf(numbers), bytesOf(weightsOf(encoded))]);
  try {
    await writeFileAtomic(join(folder, `${key}.rows`), Buffer.concat([digestOf(body), body]));
    await forgetOld(folder);
  } catch {
    // No room or no permission: the rows are encoded anew next time.
  }
}

/** What was kept under the key; undefined when there is nothing that can be trusted. */
export async function keptEncoded(
  folder: string,
  key: string,
  rows: readonly Row[],
): Promise<EncodedRows | undefined> {
  const file = join(folder, `${key}.rows`);
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined || bytes.length < headerBytes + 16) return undefined;
  const body = new Uint8Array(bytes.subarray(headerBytes));
  if (!digestOf(body).equals(bytes.subarray(0, headerBytes))) return undefined;
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
  return parsed(body, rows);
}

/** The body was written by `keepEncoded`, bit for bit. */
function parsed(body: Uint8Array, rows: readonly Row[]): EncodedRows {
  const [count = 0, lost = 0, layoutLength = 0, tokens = 0] = new Int32Array(body.buffer, 0, 4);
  const numberCount = 4 + layoutLength + 2 * lost + tokens;
  const numbers = new Int32Array(body.buffer, 0, numberCount);
  const weights = new Float32Array(body.buffer, 4 * numberCount, tokens);
  const ids = numbers.subarray(4 + layoutLength + 2 * lost);
  let token = 0;
  const take = (length: number): Sequence => {
    const start = token;
    token += length;
    return { ids: ids.slice(start, token), weights: weights.slice(start, token) };
  };
  const samples: EncodedRow[] = [];
  for (let at = 4; samples.length < count;) {
    const [row = 0, sequences = 0] = numbers.subarray(at, at + 2);
    const lengths = numbers.subarray(at + 2, at + 2 + sequences);
    samples.push({ row: rowAt(rows, row), sequences: Array.from(lengths, take) });
    at += 2 + sequences;
  }
  const pairs = numbers.subarray(4 + layoutLength, 4 + layoutLength + 2 * lost);
  const dropped = Array.from({ length: lost }, (_, at): DroppedRow => {
    const [row = 0, length = 0] = pairs.subarray(2 * at, 2 * at + 2);
    return { row: rowAt(rows, row), tokens: length, reason: "no token to learn" };
  });
  return { samples, dropped, truncated: 0 };
}

function rowAt(rows: readonly Row[], index: number): Row {
  const row = rows[index];
  if (row === undefined) throw new RangeError(`no row ${index}`);
  return row;
}

/** Removes the files used longest ago until the others fit into `bytesKept`. */
async function forgetOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".rows"));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, size, mtimeMs };
    }),
  );
  let bytes = 0;
  for (const { name, size } of files.toSorted((a, b) => b.mtimeMs - a.mtimeMs)) {
    bytes += size;
    if (bytes > bytesKept) await rm(join(folder, name), { force: true });
  }
}
