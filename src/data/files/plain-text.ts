// Plain text files: each line that is not blank is one text to learn, as in Hugging Face's `text`
// loader, or the file is one text where it is asked for as a document.
import { readTextLines } from "../../core/json-lines.ts";
import type { RawRow } from "./file-reader.ts";

/** A text file as one text. */
export async function* readWholeText(file: string): AsyncGenerator<RawRow> {
  const lines: string[] = [];
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) {
      yield { line, problem: `line ${line} is not UTF-8 text` };
      return;
    }
    lines.push(text);
  }
  const text = lines.join("\n");
  if (text.trim() !== "") yield { line: 1, value: { text } };
}

/** Lines of a text file as text rows. */
export async function* readPlainText(file: string): AsyncGenerator<RawRow> {
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) yield { line, problem: `line ${line} is not UTF-8 text` };
    else if (text.trim() !== "") yield { line, value: { text } };
  }
}
