// What is asked of the process that reads, and what it says of it. Plain data.
import type { ReadLimits } from "../limits.ts";
import type { ReadNote } from "../reader.ts";
import type { SourcePart } from "../types.ts";

/** One file, member of an archive, or export, that is to be read. */
export interface ReadTarget {
  /** As in the report. */
  readonly source: string;
  /** On the disk: the file, or the folder of an export. */
  readonly path: string;
  /** Way through archives in it: `["inner.zip", "notes/a.txt"]`. */
  readonly members: readonly string[];
  /** Set where a folder is one source: where in the archive it is, empty for all of it, and its files. */
  readonly collection?: { readonly folder: string; readonly names: readonly string[] };
}

export interface SkippedTarget {
  readonly source: string;
  readonly code: string;
  readonly reason: string;
}

export interface ReadSettings {
  readonly limits: ReadLimits;
  readonly encoding?: string | undefined;
}

export type Told =
  /** Reading goes on: of a file of so many bytes, said at its beginning, and whenever a while was without a part. */
  | { readonly type: "alive"; readonly size: number }
  /** Before the first part. Whatever gives none, is not opened. */
  | { readonly type: "opened"; readonly kind: string; readonly container: boolean }
  | { readonly type: "part"; readonly part: SourcePart }
  /** Instead of the two before: an archive, and what is in it. */
  | {
      readonly type: "archive";
      readonly targets: readonly ReadTarget[];
      readonly skipped: readonly SkippedTarget[];
    }
  | { readonly type: "ended"; readonly notes: readonly ReadNote[] }
  | { readonly type: "failed"; readonly code: string; readonly reason: string };
