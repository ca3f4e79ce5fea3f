// Where the documents of reviews lie: a folder of FT_HOME for each, with what was handed in and the text of every document,
// in which places count. Looks into none of them.
import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { makeFolders } from "../../core/folders.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import type { Store } from "../../store/index.ts";
import {
  addReviewFile,
  deleteReview,
  deleteReviewFile,
  listReviewFiles,
  notNow,
  readReview,
  type ReviewFile,
} from "../../store/reviews/index.ts";

/** Files of one review. */
export const mostFiles = 500;

const folderOf = (environment: Environment, reviewId: number): string =>
  join(ftHome(environment), "studio", "reviews", String(reviewId));

/** Under its own name: what a document is told by its name's ending counts. */
export const filePath = (environment: Environment, reviewId: number, name: string): string =>
  join(folderOf(environment, reviewId), "files", name);

export const textPath = (environment: Environment, reviewId: number, sourceId: number): string =>
  join(folderOf(environment, reviewId), "texts", `${sourceId}.utf16`);

/** `faq.txt`, then `faq (2).txt`. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const dot = name.lastIndexOf(".");
  const [stem, end] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  for (let number = 2; ; number++) {
    const free = `${stem} (${number})${end}`;
    if (!taken.has(free)) return free;
  }
}

/** A name that is one step of a path and hides nothing. */
function safeName(name: string): string {
  const plain = name
    .replaceAll(/[/\\:]/g, "_")
    .replace(/^\.+/, "")
    .trim();
  return plain === "" ? "document.txt" : plain;
}

/**
 * Keeps a document whole, or nothing of it. The stream is bounded by whoever hands it in.
 * @throws UsageError FT-REVIEW-001, FT-REVIEW-005 where there are too many.
 */
export async function keepReviewFile(
  { environment, store }: { environment: Environment; store: Store },
  reviewId: number,
  { name, content }: { name: string; content: Readable },
): Promise<ReviewFile> {
  await readReview(store.db, reviewId);
  const known = await listReviewFiles(store.db, reviewId);
  if (known.length >= mostFiles)
    throw notNow(`a review takes ${mostFiles} files`, "Put them into an archive, or begin another");
  const own = freeName(safeName(name), new Set(known.map((one) => one.name)));
  const path = filePath(environment, reviewId, own);
  makeFolders(join(path, ".."));
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(content, createWriteStream(part, { mode: 0o600, flags: "w" }));
    const { size: bytes } = await stat(part);
    await rename(part, path);
    return await addReviewFile(store, reviewId, { name: own, bytes });
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Throws UsageError FT-REVIEW-005 for a file that was read already. */
export async function dropReviewFile(
  { environment, store }: { environment: Environment; store: Store },
  reviewId: number,
  fileId: number,
): Promise<boolean> {
  const { jobId } = await readReview(store.db, reviewId);
  if (jobId !== null)
    throw notNow("its documents have been read", "Reject what was found in it, or begin another");
  const file = (await listReviewFiles(store.db, reviewId)).find(({ id }) => id === fileId);
  if (file === undefined) return false;
  await rm(filePath(environment, reviewId, file.name), { force: true });
  return await deleteReviewFile(store, reviewId, fileId);
}

/** All of it: documents, texts, what was found. A dataset that was made of it stays. Throws FT-REVIEW-001. */
export async function removeReview(
  { environment, store }: { environment: Environment; store: Store },
  reviewId: number,
): Promise<void> {
  await deleteReview(store, reviewId);
  await rm(folderOf(environment, reviewId), { recursive: true, force: true });
}
