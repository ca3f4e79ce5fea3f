// What a reader of one kind of file is: it gives values with their lines and knows no row formats.
// Types only; the readers are listed in index.ts.

/**
 * A value and the line, from 1, on which it begins, with its number, from 1, where it is an item of an array, of which
 * many may stand on one line; or why there is none, with the line.
 */
export type RawRow =
  | { line: number; item?: number; value: unknown }
  | { line: number; problem: string };

/**
 * Values of a file in order. A value that cannot be read is yielded as a problem where the rest
 * still can be; else a DataError is thrown. An empty file has no values.
 */
export type FileReader = (file: string) => AsyncGenerator<RawRow>;
