// What a kind of document brings to be read: one file each, one line in registry.ts. A reader is plain code over a
// SourceInput; in which process it runs, and what becomes of its failures, is none of its business.
import type { ReadLimits } from "./limits.ts";
import type { SourcePart } from "./types.ts";

/** Something that was left out of a source while the rest of it was read. */
export interface ReadNote {
  /** FT-SOURCE-… */
  readonly code: string;
  readonly reason: string;
}

/** One file of an export that is a folder or an archive. */
export interface SourceMember {
  /** Path within the export, with `/`. */
  readonly name: string;
  /** Bytes, unpacked. */
  readonly size: number;
  /** Throws as `SourceInput.bytes`. */
  bytes(): Promise<Uint8Array>;
  chunks(): AsyncIterable<Uint8Array>;
  text(encoding?: string): Promise<string>;
}

/** One document, not yet read. Everything it gives is bounded by its limits. */
export interface SourceInput {
  /** The file's own name, without folders. */
  readonly name: string;
  /** As in the report: `a.zip!/b.txt`. */
  readonly source: string;
  /** Bytes, unpacked. */
  readonly size: number;
  readonly limits: ReadLimits;
  /** Of an export that is a folder or an archive (see `collection`), by name; none of a single file. */
  readonly members: readonly SourceMember[];
  /** All of it. Throws what makes the file skipped: too large, damaged, protected. */
  bytes(): Promise<Uint8Array>;
  chunks(): AsyncIterable<Uint8Array>;
  /**
   * All of it as text: decoded, without its byte-order mark, line ends as they are. `encoding` is what the document
   * itself says; the user's word outdoes it.
   */
  text(encoding?: string): Promise<string>;
  /** The same piece by piece, whatever its size; no piece ends amid a surrogate pair. */
  texts(): AsyncIterable<string>;
  note(note: ReadNote): void;
}

export interface SourceReader {
  /** One line for help and the docs. */
  readonly about: string;
  /** Lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Whether the text is taken out of the file, so that offsets are into what was taken out. */
  readonly container: boolean;
  /** Reads piece by piece at bounded memory, so that no limit of size is needed. */
  readonly streams?: boolean;
  /**
   * How surely a file is of this kind, from 0 (is not) to 1, by its name and its first 64 KiB. Among readers of the
   * file's extension the surest reads it; one without this says 0.5. 0.9 and more also outdoes the extension.
   */
  recognises?(name: string, head: Uint8Array): number;
  /**
   * The same for a folder or an archive that is one source as a whole, as chat exports are: given the paths of its
   * files, relative to it, sorted. From 0.5 on it is read as one, and `read` finds them in `input.members`.
   */
  collection?(names: readonly string[]): number;
  /** A part without text says that reading goes on, where that takes long. */
  read(input: SourceInput): AsyncIterable<SourcePart>;
}
