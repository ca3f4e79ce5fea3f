// A version taken apart again, with edits: chunks that no edit touches are passed on whole.
import type { Database } from "../store.ts";
import type { Chunk } from "./chunks.ts";
import type { Piece } from "./commit.ts";
import type { RecordText, StoredRecord } from "./records.ts";

export interface Edits {
  /** By position in the version: another row in its place, or none. */
  replaced: Map<number, RecordText | StoredRecord | null>;
  /** By position: rows that follow it; -1 for the beginning. */
  inserted: Map<number, (RecordText | StoredRecord)[]>;
}

export const noEdits = (): Edits => ({ replaced: new Map(), inserted: new Map() });

interface PlacedChunk extends Chunk {
  first: number;
}

export async function chunksOf(db: Database, versionId: number): Promise<PlacedChunk[]> {
  const rows = await db
    .selectFrom("version_chunks")
    .innerJoin("chunks", "chunks.id", "version_chunks.chunk_id")
    .select(["chunks.id", "chunks.hash", "chunks.size", "version_chunks.first"])
    .where("version_id", "=", versionId)
    .orderBy("first")
    .execute();
  return rows.map(({ id, hash, size, first }) => ({ id, size, first, hash: Buffer.from(hash) }));
}

const pieceOf = (record: RecordText | StoredRecord): Piece =>
  "text" in record ? { kind: "new", record } : { kind: "stored", record };

const isTouched = ({ first, size }: PlacedChunk, positions: readonly number[]): boolean => {
  // positions are in order: the first that is not before the chunk decides
  let [low, high] = [0, positions.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((positions[middle] as number) < first) low = middle + 1;
    else high = middle;
  }
  return low < positions.length && (positions[low] as number) < first + size;
};

async function* editedChunk(db: Database, chunk: PlacedChunk, edits: Edits): AsyncGenerator<Piece> {
  const rows = await db
    .selectFrom("chunk_records")
    .innerJoin("records", "records.id", "chunk_records.record_id")
    .select(["records.id", "records.hash"])
    .where("chunk_id", "=", chunk.id)
    .orderBy("place")
    .execute();
  for (const [place, { id, hash }] of rows.entries()) {
    const position = chunk.first + place;
    const edit = edits.replaced.get(position);
    if (edit === undefined) yield pieceOf({ id, hash: Buffer.from(hash) });
    else if (edit !== null) yield pieceOf(edit);
    yield* (edits.inserted.get(position) ?? []).map(pieceOf);
  }
}

/** The rows of a version after edits. */
export async function* piecesOf(
  db: Database,
  versionId: number,
  edits: Edits = noEdits(),
): AsyncGenerator<Piece> {
  yield* (edits.inserted.get(-1) ?? []).map(pieceOf);
  const positions = [...edits.replaced.keys(), ...edits.inserted.keys()].sort((a, b) => a - b);
  const chunks = await chunksOf(db, versionId);
  for (const [index, chunk] of chunks.entries()) {
    // the last one may have ended because its version did: its rows go through the writer again
    const isLast = index === chunks.length - 1;
    if (isLast || isTouched(chunk, positions)) yield* editedChunk(db, chunk, edits);
    else yield { kind: "chunk", chunk };
  }
}
