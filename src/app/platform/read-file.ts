// A file of rows as examples of one format: looked through first, so that every bad line is told and nothing is half
// there.
import { FtError, placeText } from "../../core/errors.ts";
import { type DatasetFormat, fileLines, type NewExample } from "../../store/platform/index.ts";
import type { JsonObject } from "../../text/types.ts";
import { formattedRow } from "./row-format.ts";

export interface BadLine {
  /** From 1. */
  line: number;
  field: string;
  why: string;
}

export interface LookedThrough {
  /** Of the first row; undefined where no row has one. */
  format: DatasetFormat | undefined;
  rows: number;
  /** The first twenty. */
  bad: BadLine[];
  badLines: number;
  /** Every line is just as the store writes it. */
  isPlain: boolean;
}

const told = 20;

/** Goes through a file. After a line that is no JSON object it cannot tell of more. */
export async function lookThrough(path: string): Promise<LookedThrough> {
  const seen: LookedThrough = { format: undefined, rows: 0, bad: [], badLines: 0, isPlain: true };
  const tell = (bad: BadLine): void => {
    seen.badLines++;
    if (seen.bad.length < told) seen.bad.push(bad);
  };
  try {
    for await (const { line, text, isPlain } of fileLines(path)) {
      seen.rows++;
      seen.isPlain &&= isPlain;
      const row = formattedRow(JSON.parse(text) as JsonObject, line);
      if ("fault" in row) tell({ line, ...row.fault });
      else if (seen.format === undefined) seen.format = row.format;
      else if (seen.format !== row.format) {
        tell({
          line,
          field: "",
          why: `the row has the format ${row.format}, those before it ${seen.format}`,
        });
      }
    }
  } catch (error) {
    if (!(error instanceof FtError) || error.code !== "FT-PLATFORM-003") throw error;
    const { line = 0, field = "" } = error.at ?? {};
    tell({ line, field, why: error.message.slice(`${placeText(error.at ?? {})}: `.length) });
  }
  return seen;
}

/** Its rows, letter by letter. */
export async function* examplesOf(path: string): AsyncGenerator<NewExample> {
  for await (const { text } of fileLines(path)) yield { content: text };
}
