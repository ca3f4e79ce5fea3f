// The readers by file extension, in the order in which a folder's files are looked for.
// A file without an extension is read as JSON, whose reader goes by content.
import { Registry } from "../../core/registry.ts";
import { UnsupportedFileError } from "../errors.ts";
import { readCsv, readTsv } from "./csv.ts";
import type { FileReader } from "./file-reader.ts";
import { readJson } from "./json.ts";
import { readParquet } from "./parquet.ts";
import { readPlainText, readWholeText } from "./plain-text.ts";

export type { FileReader, RawRow } from "./file-reader.ts";

export const fileReaders = new Registry<FileReader>(
  {
    ".jsonl": readJson,
    ".ndjson": readJson,
    ".json": readJson,
    ".csv": readCsv,
    ".tsv": readTsv,
    ".parquet": readParquet,
    ".txt": readPlainText,
    "": readJson,
  },
  ({ name, known }) =>
    new UnsupportedFileError({
      message: `Unsupported file format: ${name}`,
      hint: `Give a file ending in ${known.filter((extension) => extension !== "").join(", ")}`,
    }),
);

/** Readers of files that are one row each, where a format asks for that; other kinds are read as ever. */
export const wholeFileReaders: Readonly<Record<string, FileReader>> = { ".txt": readWholeText };
