// What makes versions besides edits: rows that come from elsewhere, an older version again, a set that begins with
// another's version.
import { inTransaction, type Store } from "../store.ts";
import { commitVersion, type Piece, type VersionFacts } from "./commit.ts";
import { nameTaken } from "./dataset-errors.ts";
import { type Dataset, ensureDataset, findDataset, findVersion, type Version } from "./names.ts";
import { chunksOf, type Edits, piecesOf } from "./pieces.ts";
import { recordText } from "./records.ts";

async function* newPieces(texts: AsyncIterable<string> | Iterable<string>): AsyncGenerator<Piece> {
  let line = 0;
  for await (const text of texts) yield { kind: "new", record: recordText(text, ++line) };
}

/** Makes a version of rows, each the text of one JSON object; the dataset too, when there is none of this name. */
export async function commitRows(
  store: Store,
  name: string,
  texts: AsyncIterable<string> | Iterable<string>,
  facts: VersionFacts,
): Promise<Version> {
  const dataset = await ensureDataset(store, name);
  return await commitVersion(store, dataset, newPieces(texts), facts);
}

/** Adds rows behind those that the newest version has. */
export async function appendRows(
  store: Store,
  name: string,
  texts: AsyncIterable<string> | Iterable<string>,
  facts: VersionFacts,
): Promise<Version> {
  const dataset = await ensureDataset(store, name);
  async function* pieces(): AsyncGenerator<Piece> {
    if (dataset.headId !== null) yield* piecesOf(store.db, dataset.headId);
    yield* newPieces(texts);
  }
  return await commitVersion(store, dataset, pieces(), facts);
}

/** Makes a version with other rows in the places of some, without some, or with more. */
export async function editRows(
  store: Store,
  { name, edits, facts }: { name: string; edits: Edits; facts?: VersionFacts },
): Promise<Version> {
  const { dataset, version } = await findVersion(store, name);
  const pieces = piecesOf(store.db, version.id, edits);
  return await commitVersion(store, dataset, pieces, facts ?? { action: "edit" });
}

/** A new version with the rows of an older one, "name@3". Nothing in between is lost. */
export async function restoreVersion(store: Store, reference: string): Promise<Version> {
  const { dataset, version } = await findVersion(store, reference);
  return await commitVersion(store, dataset, sameChunks(store, version.id), {
    action: "restore",
    message: `version ${version.number} again`,
    details: { version: version.number },
  });
}

async function* sameChunks(store: Store, versionId: number): AsyncGenerator<Piece> {
  for (const chunk of await chunksOf(store.db, versionId)) yield { kind: "chunk", chunk };
}

/** A dataset of its own that begins with a version of another; `mergeVersions` can bring them together again. */
export async function forkDataset(store: Store, reference: string, name: string): Promise<Dataset> {
  const { dataset: from, version } = await findVersion(store, reference);
  const dataset = await inTransaction(store.db, async (db) => {
    const made = await ensureDataset({ ...store, db }, name);
    if (made.headId !== null) throw nameTaken(name);
    return made;
  });
  await commitVersion(store, dataset, sameChunks(store, version.id), {
    action: "fork",
    message: `${from.name}@${version.number}`,
    parentId: version.id,
  });
  return await findDataset(store, name);
}
