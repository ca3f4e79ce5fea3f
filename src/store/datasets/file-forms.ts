// What a file that belongs to a dataset is written as, where that is no JSON lines. The forms themselves come from those
// who open the store: it knows none.
import type { Store } from "../store.ts";
import type { Version } from "./names.ts";

export interface FileForm {
  /** Texts that make the file, of rows that are given again each time they are asked for. */
  write(rows: () => AsyncIterable<string>): AsyncIterable<string>;
  /** Makes a version of a file that was edited. */
  keep(store: Store, name: string, path: string): Promise<Version>;
}

/** Undefined for JSON lines. */
export type FormOf = (path: string) => FileForm | undefined;
