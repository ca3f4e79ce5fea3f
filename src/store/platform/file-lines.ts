// Rows of a file of JSON lines as examples have them: the text of one object each.
import { LongLine, readTextLines, type TextLine } from "../../core/json-lines.ts";
import { badExample } from "./platform-errors.ts";
import { lineText, longestRow } from "./values.ts";

export interface FileLine {
  /** From 1. */
  line: number;
  text: string;
  /** Whether the file has it just as the store would write it. */
  isPlain: boolean;
}

async function* linesUpTo(path: string): AsyncGenerator<TextLine> {
  try {
    yield* readTextLines(path, longestRow);
  } catch (error) {
    if (!(error instanceof LongLine)) throw error;
    throw badExample(`the row is ${error.reason}`, { file: path, line: error.line });
  }
}

/** Rows of a file of JSON lines; blank lines are skipped. Throws FT-PLATFORM-003 with the line. */
export async function* fileLines(path: string): AsyncGenerator<FileLine> {
  for await (const { line, text: given } of linesUpTo(path)) {
    const at = { file: path, line };
    if (given === undefined) throw badExample("the line is not UTF-8 text", at);
    if (given.trim() === "") continue;
    const text = lineText(given, at);
    yield { line, text, isPlain: text === given };
  }
}
