// The errors that several readers here share: a malformed file, and the way to get a sound copy of it.
// Not the hub's errors: those are in hub-errors.ts.
import { realpathSync } from "node:fs";
import { ExitCode, ModelError } from "../core/errors.ts";

const SHOWN_PROBLEMS = 20;
const SHOWN_CHARACTERS = 300;
const CACHED = /[\\/]models--([^\\/]+)[\\/]/;

/** A hostile file may hold a name of a hundred megabytes. */
function clipped(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}

/** At most twenty short lines, and how many more there are. */
export function shown(problems: readonly string[]): string[] {
  const lines = problems.slice(0, SHOWN_PROBLEMS).map(clipped);
  const more = problems.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more`];
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}

/** In the hub cache a snapshot's file is a link; only without the blob behind it is it fetched again. */
function blobBehind(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** The command that replaces a broken file by a fresh copy, as far as its origin can be told. */
export function downloadAgain(file: string): string {
  const id = CACHED.exec(file)?.[1]?.replace("--", "/");
  if (id === undefined) return "download or copy the file again, then compare its size";
  return `download again: rm ${quoted(blobBehind(file))} && ft models pull ${id}`;
}

const POINTER_START = "version ";
/** What git has in the place of a large file that it did not fetch. */
export const POINTER =
  "a pointer of Git LFS stands in its place, not the file itself: git lfs pull fetches it";

export function isLfsPointer(start: Uint8Array): boolean {
  return Buffer.from(start).toString("latin1").startsWith(POINTER_START);
}

/** A weight file that is broken or hostile; exit 7. */
export function malformed(
  code: string,
  file: string,
  message: string,
  problems: readonly string[] = [],
): ModelError {
  return new ModelError(code, {
    at: { file },
    message: clipped(message),
    problems: shown(problems),
    hint: downloadAgain(file),
    exitCode: ExitCode.malformedWeights,
  });
}
