// Makes versions: of rows as they come, of another version with edits, of another version as it is.
// Rows and chunks are stored as they come, in short transactions; the version itself appears in the last one, so that a
// crash leaves at most rows that no version has, to be found again by the next try.
import { type Database, inTransaction, type Store } from "../store.ts";
import { type Chunk, ChunkWriter } from "./chunks.ts";
import { changedMeanwhile } from "./dataset-errors.ts";
import { type Dataset, readVersion, type Version } from "./names.ts";
import { type RecordText, type StoredRecord, storeRecords } from "./records.ts";

export interface VersionFacts {
  action: string;
  message?: string;
  /** JSON: where it came from, with which settings. */
  details?: unknown;
  mergedId?: number;
  /** Where it came from, when that is not the head: the version that a fork begins with. */
  parentId?: number;
}

/** What a new version is made of, in order: new rows, stored rows, or a whole chunk of another version. */
export type Piece =
  | { kind: "new"; record: RecordText }
  | { kind: "stored"; record: StoredRecord }
  | { kind: "chunk"; chunk: Chunk };

/** Rows between two transactions. */
const rowsAtOnce = 2000;

class VersionWriter {
  readonly #db: Database;
  readonly #writer = new ChunkWriter();
  #waiting: (RecordText | StoredRecord)[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  async add(piece: Piece): Promise<void> {
    if (piece.kind === "chunk") return await this.#addChunk(piece.chunk);
    this.#waiting.push(piece.record);
    if (this.#waiting.length >= rowsAtOnce) await this.#flush();
  }

  async #addChunk(chunk: Chunk): Promise<void> {
    await this.#flush();
    if (this.#writer.isBetweenChunks) this.#writer.keep(chunk);
    else await this.#writer.add(this.#db, await recordsOfChunk(this.#db, chunk.id));
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length === 0) return;
    await inTransaction(this.#db, async (db) => {
      const texts = waiting.filter((record) => "text" in record);
      const stored = await storeRecords(db, texts);
      let next = 0;
      const records = waiting.map((record) => ("text" in record ? stored[next++]! : record));
      await this.#writer.add(db, records);
    });
  }

  async finish(): Promise<{ hash: string; chunks: readonly Chunk[]; size: number }> {
    await this.#flush();
    const hash = await inTransaction(this.#db, (db) => this.#writer.finish(db));
    return { hash, chunks: this.#writer.chunks, size: this.#writer.size };
  }
}

async function recordsOfChunk(db: Database, chunkId: number): Promise<StoredRecord[]> {
  const rows = await db
    .selectFrom("chunk_records")
    .innerJoin("records", "records.id", "chunk_records.record_id")
    .select(["records.id", "records.hash"])
    .where("chunk_id", "=", chunkId)
    .orderBy("place")
    .execute();
  return rows.map(({ id, hash }) => ({ id, hash: Buffer.from(hash) }));
}

async function insertChunks(db: Database, versionId: number, chunks: readonly Chunk[]) {
  let first = 0;
  for (const { id, size } of chunks) {
    await db
      .insertInto("version_chunks")
      .values({ version_id: versionId, first, chunk_id: id })
      .execute();
    first += size;
  }
}

/** Moves the head, and with it the files that follow it. */
async function moveHead(db: Database, datasetId: number, versionId: number): Promise<void> {
  await db.updateTable("sets").set({ head_id: versionId }).where("id", "=", datasetId).execute();
  await db
    .updateTable("files")
    .set({ version_id: versionId })
    .where("dataset_id", "=", datasetId)
    .where("follows_head", "=", 1)
    .execute();
}

/**
 * Writes a version after the head that `dataset` names. When its rows are the head's, the head is given and none is
 * made, unless it merges. `also` writes what belongs to it in the same transaction. Throws FT-DATASET-005 when the head
 * has moved.
 */
export async function commitVersion(
  store: Store,
  dataset: Dataset,
  pieces: AsyncIterable<Piece> | Iterable<Piece>,
  facts: VersionFacts,
  also?: (db: Database, version: Version) => Promise<void>,
): Promise<Version> {
  const writer = new VersionWriter(store.db);
  for await (const piece of pieces) await writer.add(piece);
  const { hash, chunks, size } = await writer.finish();
  return await inTransaction(store.db, async (db) => {
    const { head_id: headId } = await db
      .selectFrom("sets")
      .select("head_id")
      .where("id", "=", dataset.id)
      .executeTakeFirstOrThrow();
    if (headId !== dataset.headId) throw changedMeanwhile(dataset.name);
    const head = headId === null ? undefined : await readVersion(db, headId);
    if (head?.hash === hash && facts.mergedId === undefined) return head;
    const { id } = await db
      .insertInto("versions")
      .values({
        dataset_id: dataset.id,
        number: (head?.number ?? 0) + 1,
        hash,
        parent_id: facts.parentId ?? headId,
        merged_id: facts.mergedId ?? null,
        size,
        action: facts.action,
        message: facts.message ?? "",
        details: JSON.stringify(facts.details ?? {}),
        created_at: store.now(),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    await insertChunks(db, id, chunks);
    await moveHead(db, dataset.id, id);
    const version = await readVersion(db, id);
    await also?.(db, version);
    return version;
  });
}
