// What the machine refuses, in words: permission, room on the disk, names, memory. For whatever reports an error, in any process.
// Not for files that are expected to be there: whoever reads them knows what they are.
import { plainPath } from "./atomic-files.ts";
import { ExitCode, FtError } from "./errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "Permission denied",
  EPERM: "Not permitted",
  EROFS: "The file system is read-only",
  ENOSPC: "No space left on the disk",
  EFBIG: "The file is as large as a file may become here",
  EDQUOT: "The disk quota is used up",
  ENOTDIR: "Part of the path is a file, not a folder",
  EISDIR: "This is a folder, where a file is needed",
  ELOOP: "Links lead in a circle",
  EIO: "The disk could not be read or written",
  ENAMETOOLONG: "The name is too long",
};

/** What mends it, where that is not room or permission for what is written. */
const HINTS: Readonly<Record<string, string>> = {
  ELOOP: "Name the file itself, or make the link lead to it",
  ENAMETOOLONG: "Give it a shorter name",
};

/** The addon's code for memory that could not be had. */
export const NO_MEMORY = "FT-NATIVE-MEMORY";

/** The error for a person; undefined when `error` is neither the file system's nor one of memory. */
export function systemError(error: unknown): FtError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === NO_MEMORY) return noMemory(error);
  const reason = reasonOf(error);
  if (reason === undefined) return undefined;
  const place = path === undefined ? "" : `: ${plainPath(path).replace(/\/\.$/, "")}`;
  const hint = syscall === "read" ? "Name a file in it" : HINTS[code ?? ""];
  return new FtError(`FT-FILE-${code}`, {
    message: `${reason}${place}`,
    hint: hint ?? "Choose another folder with --output, or make room and permission there",
    cause: error,
  });
}

/** What the file system refused, in words; a file that is not there is left to whoever looked for it. */
export function reasonOf({ code, syscall }: NodeJS.ErrnoException): string | undefined {
  if (code === "ENOENT" && syscall === "mkdir") return "No folder can be made here";
  return code === undefined ? undefined : REASONS[code];
}

function noMemory(cause: Error): FtError {
  return new FtError(NO_MEMORY, {
    message: `It does not fit into memory: ${cause.message}`,
    hint: "--batch-size 1 and a smaller --max-length need less; ft train validate CONFIG estimates how much",
    exitCode: ExitCode.doesNotFit,
    cause,
  });
}
