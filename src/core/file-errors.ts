// What the file system refuses, in words: permission, room, names. For whatever reports an error, in any process.
// Not for files that are expected to be there: whoever reads them knows what they are.
import { FtError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EPERM: "Not permitted",
  EROFS: "The file system is read-only",
  ENOSPC: "No space left on the disk",
  EDQUOT: "The disk quota is used up",
  ENOTDIR: "Part of the path is a file, not a folder",
  ENAMETOOLONG: "The name is too long",
};

/** The error for a person; undefined when `error` is none of those above. */
export function fileSystemError(error: unknown): FtError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason === undefined) return undefined;
  const place = path === undefined ? "" : `: ${path}`;
  return new FtError(`FT-FILE-${code}`, {
    message: `${reason}${place}`,
    hint: "Choose another folder with --output, or make room and permission there",
    cause: error,
  });
}
