// Parquet files, as the hub keeps most datasets: row group by row group, so that memory is that of one group. Reading
// is hyparquet's, with its decompressors; values are those that JSON has. `line` is the number of the row.
import { MalformedDataError } from "../errors.ts";
import type { RawRow } from "./file-reader.ts";

/** A value as JSON has it: whole numbers beyond 2^53 and bytes as text, times in ISO 8601. */
function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) {
    return value instanceof Uint8Array
      ? Buffer.from(value).toString("base64")
      : Array.from(value as unknown as ArrayLike<unknown>, jsonValue);
  }
  if (Array.isArray(value)) return value.map(jsonValue);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, jsonValue(inner)]));
}

function damaged(file: string, cause: unknown): MalformedDataError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MalformedDataError({
    at: { file },
    message: `the file cannot be read as Parquet: ${reason}`,
    hint: "fetch or write it again; it may have been cut off",
    cause,
  });
}

/** Rows of a Parquet file in order. @throws MalformedDataError where it is damaged or of another kind. */
export async function* readParquet(path: string): AsyncGenerator<RawRow> {
  // few files are Parquet: the readers of others do not wait for the library
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } =
    await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  try {
    const file = await asyncBufferFromFile(path);
    const metadata = await parquetMetadataAsync(file);
    let begin = 0;
    for (const { num_rows } of metadata.row_groups) {
      const end = begin + Number(num_rows);
      const read = { file, metadata, compressors, rowStart: begin, rowEnd: end };
      const rows = await parquetReadObjects(read);
      for (const [index, row] of rows.entries())
        yield { line: begin + index + 1, value: jsonValue(row) };
      begin = end;
    }
  } catch (error) {
    throw damaged(path, error);
  }
}
