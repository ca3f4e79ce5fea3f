// The kinds of files that rows are exported as. The next one is an entry here.
import { renameSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { temporaryNameFor } from "../../../core/atomic-files.ts";
import { makeFolders } from "../../../core/folders.ts";
import { Registry } from "../../../core/registry.ts";
import type { JsonObject } from "../../../text/types.ts";
import { markdownForm } from "../../edited/markdown.ts";
import { WholeFile } from "../../rows/whole-file.ts";
import { unknownFormat } from "../errors.ts";
import { csvRecord } from "./csv-text.ts";

export interface RowsToWrite {
  rows: AsyncIterable<JsonObject>;
  /** Every field that a row has. */
  fields: readonly string[];
}

export interface ExportFormat {
  readonly about: string;
  readonly extension: string;
  /** Whole or not at all. */
  write(path: string, rows: RowsToWrite): Promise<void>;
}

async function writeLines(path: string, { rows }: RowsToWrite): Promise<void> {
  using output = new WholeFile(path);
  for await (const row of rows) output.line(JSON.stringify(row));
  await output.commit();
}

async function writeCsv(path: string, { rows, fields }: RowsToWrite): Promise<void> {
  using output = new WholeFile(path);
  output.line(`${csvRecord(fields)}\r`);
  for await (const row of rows) output.line(`${csvRecord(fields.map((field) => row[field]))}\r`);
  await output.commit();
}

async function writeMarkdown(path: string, { rows }: RowsToWrite): Promise<void> {
  using output = new WholeFile(path);
  for await (const text of markdownForm.write(() => rows)) output.write(text);
  await output.commit();
}

const cellText = (value: unknown): string | undefined =>
  value === undefined || value === null || typeof value === "string"
    ? (value ?? undefined)
    : JSON.stringify(value);

async function* textRows({ rows, fields }: RowsToWrite): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows)
    yield Object.fromEntries(fields.map((field) => [field, cellText(row[field])]));
}

/** Every column is text; what is no text in a row is its JSON. */
async function writeParquet(path: string, given: RowsToWrite): Promise<void> {
  const target = resolve(path);
  makeFolders(dirname(target));
  const temporary = temporaryNameFor(target);
  try {
    await parquetWriteRows({
      writer: fileWriter(temporary),
      rows: textRows(given),
      columns: given.fields.map((name) => ({ name, type: "STRING" as const, nullable: true })),
    });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export const exportFormats = new Registry<ExportFormat>(
  {
    jsonl: { about: "JSONL: one JSON object per line", extension: ".jsonl", write: writeLines },
    csv: { about: "CSV, safe to open in a spreadsheet", extension: ".csv", write: writeCsv },
    md: { about: "Markdown, to read and edit", extension: ".md", write: writeMarkdown },
    parquet: { about: "Parquet", extension: ".parquet", write: writeParquet },
  },
  unknownFormat,
);

/** The format that a file's name means; JSON lines for any other. */
export function formatOfName(path: string): string {
  const { extension } = /(?<extension>\.[a-z]+)$/i.exec(path)?.groups ?? {};
  const named = exportFormats
    .names()
    .find((name) => exportFormats.get(name).extension === extension?.toLowerCase());
  return named ?? "jsonl";
}
