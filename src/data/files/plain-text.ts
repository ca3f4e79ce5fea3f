// Plain text files: each line that is not blank is one text to learn, as in Hugging Face's `text`
// loader. Paragraphs are not joined.
import { readTextLines } from "../../core/json-lines.ts";
import type { RawRow } from "./file-reader.ts";

/** Lines of a text file as text rows. */
export async function* readPlainText(file: string): AsyncGenerator<RawRow> {
  for await (const { line, text } of readTextLines(file)) {
    if (text === undefined) yield { line, problem: `line ${line} is not UTF-8 text` };
    else if (text.trim() !== "") yield { line, value: { text } };
  }
}
