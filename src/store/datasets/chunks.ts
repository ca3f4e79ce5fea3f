// A version is a list of chunks, a chunk a list of rows. Where a chunk ends is decided by the rows in it alone, so that
// versions share every chunk but those in which they differ, also when rows are put in between.
import { createHash, type Hash } from "node:crypto";
import { written } from "../flavours/written.ts";
import type { Database } from "../store.ts";
import type { StoredRecord } from "./records.ts";

export interface Chunk {
  id: number;
  hash: Buffer;
  size: number;
}

/** Rows of a chunk: about 1,250 on average, at least and at most so many but for the last. */
const leastRows = 256;
const mostRows = 4096;
const boundaryBits = 0x3ff;

const endsAfter = ({ hash }: StoredRecord, size: number): boolean =>
  size >= mostRows || (size >= leastRows && (hash.readUInt16BE(0) & boundaryBits) === 0);

const placesAtOnce = 200;

async function insertPlaces(db: Database, chunkId: number, records: readonly StoredRecord[]) {
  for (let start = 0; start < records.length; start += placesAtOnce) {
    const part = records.slice(start, start + placesAtOnce);
    const values = part.map(() => "(?, ?, ?)").join();
    const parameters = part.flatMap(({ id }, index) => [chunkId, start + index, id]);
    const insert = `insert into chunk_records (chunk_id, place, record_id) values ${values}`;
    await db.executeQuery(written(db, insert, parameters));
  }
}

async function storeChunk(db: Database, records: readonly StoredRecord[]): Promise<Chunk> {
  const sum = createHash("sha256");
  for (const { hash } of records) sum.update(hash);
  const hash = sum.digest();
  const size = records.length;
  const known = await db
    .selectFrom("chunks")
    .select("id")
    .where("hash", "=", hash)
    .executeTakeFirst();
  if (known !== undefined) return { id: known.id, hash, size };
  const { id } = await db
    .insertInto("chunks")
    .values({ hash, size })
    .returning("id")
    .executeTakeFirstOrThrow();
  await insertPlaces(db, id, records);
  return { id, hash, size };
}

/** Puts rows, and whole chunks of other versions, together to the list of a new one. */
export class ChunkWriter {
  readonly chunks: Chunk[] = [];
  size = 0;
  #open: StoredRecord[] = [];
  readonly #hash: Hash = createHash("sha256");

  /** Whether a chunk that another version has may follow just as it is. */
  get isBetweenChunks(): boolean {
    return this.#open.length === 0;
  }

  async add(db: Database, records: readonly StoredRecord[]): Promise<void> {
    for (const record of records) {
      this.#open.push(record);
      if (endsAfter(record, this.#open.length)) await this.#end(db);
    }
  }

  /** Only between chunks, and none that ended because its version did. */
  keep(chunk: Chunk): void {
    this.chunks.push(chunk);
    this.size += chunk.size;
    this.#hash.update(chunk.hash);
  }

  async #end(db: Database): Promise<void> {
    const records = this.#open;
    this.#open = [];
    this.keep(await storeChunk(db, records));
  }

  /** Ends the list. Gives the hash of all of it: equal for equal rows in equal order, and for nothing else. */
  async finish(db: Database): Promise<string> {
    if (this.#open.length > 0) await this.#end(db);
    return this.#hash.digest("hex");
  }
}
