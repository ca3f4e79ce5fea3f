// Tables as text, CSV and TSV: the first row names the columns, each further one is a row. Quoted fields lose their
// quotes, so offsets are into the table as it is written out: cells between tabs. Files of any size, piece by piece.
import { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit } from "../errors.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";

const LONGEST_FIELD = 1 << 24;
const MOST_COLUMNS = 16_384;

/** How often each separator stands in the first line, outside quotes. */
function separatorOf(firstLine: string): string {
  const plain = firstLine.replaceAll(/"[^"]*"?/g, "");
  const countOf = (separator: string): number => plain.split(separator).length - 1;
  return [",", ";", "\t", "|"].reduce((best, one) => (countOf(one) > countOf(best) ? one : best));
}

interface Found {
  character: string;
  /** Of the rest; its length where there is none. */
  at: number;
}

/** Fields of a table that comes in pieces. A quote amid a field that does not begin with one is text. */
class Fields {
  readonly #onField: (text: string) => void;
  readonly #onRow: () => void;
  #separator: string | undefined;
  #rest = "";
  #field: Found = { character: ",", at: -1 };
  #line: Found = { character: "\n", at: -1 };

  constructor(separator: string | undefined, onField: (text: string) => void, onRow: () => void) {
    this.#separator = separator;
    this.#onField = onField;
    this.#onRow = onRow;
  }

  write(piece: string, isLast: boolean): void {
    this.#rest += piece;
    this.#field = { character: this.#separator ?? ",", at: -1 };
    this.#line = { character: "\n", at: -1 };
    if (this.#separator === undefined && !this.#choose(isLast)) return;
    this.#field.character = this.#separator ?? ",";
    let at = 0;
    while (at < this.#rest.length) {
      const next = this.#rest[at] === '"' ? this.#quoted(at, isLast) : this.#plain(at, isLast);
      if (next === -1) break;
      at = next;
    }
    this.#rest = this.#rest.slice(at);
    if (this.#rest.length > LONGEST_FIELD) throw beyondLimit("a field of 16 million characters");
  }

  /** By the first line, when it is whole; spreadsheets may say `sep=;` in one of its own. */
  #choose(isLast: boolean): boolean {
    const end = this.#rest.indexOf("\n");
    if (end === -1 && !isLast && this.#rest.length < LONGEST_FIELD) return false;
    const line = end === -1 ? this.#rest : this.#rest.slice(0, end);
    const said = /^sep=([,;\t|])\r?$/.exec(line)?.[1];
    this.#separator = said ?? separatorOf(line);
    if (said !== undefined) this.#rest = this.#rest.slice(end + 1);
    return true;
  }

  /** The next place of a character, found once however often it is asked for. */
  #next(found: Found, at: number): number {
    if (found.at < at) found.at = this.#rest.indexOf(found.character, at);
    if (found.at === -1) found.at = this.#rest.length;
    return found.at;
  }

  #plain(at: number, isLast: boolean): number {
    const end = Math.min(this.#next(this.#field, at), this.#next(this.#line, at));
    if (end === this.#rest.length && !isLast) return -1;
    return this.#ended(this.#rest.slice(at, end), end);
  }

  #quoted(at: number, isLast: boolean): number {
    let quote = this.#rest.indexOf('"', at + 1);
    while (quote !== -1 && this.#rest[quote + 1] === '"')
      quote = this.#rest.indexOf('"', quote + 2);
    const isOpen = quote === -1 || quote + 1 === this.#rest.length;
    if (isOpen && !isLast) return -1;
    const inner = quote === -1 ? this.#rest.slice(at + 1) : this.#rest.slice(at + 1, quote);
    const after = quote === -1 ? this.#rest.length : quote + 1;
    const end = this.#fieldEnd(after, isLast);
    if (end === -1) return -1;
    const tail = this.#rest.slice(after, end).replace(/\r$/, "");
    return this.#ended(inner.replaceAll('""', '"') + tail, end);
  }

  /** Where what stands behind a closing quote ends. */
  #fieldEnd(at: number, isLast: boolean): number {
    const end = Math.min(this.#next(this.#field, at), this.#next(this.#line, at));
    return end === this.#rest.length && !isLast ? -1 : end;
  }

  #ended(field: string, end: number): number {
    const isRow = this.#rest[end] !== this.#separator;
    this.#onField(isRow ? field.replace(/\r$/, "") : field);
    if (isRow) this.#onRow();
    return end + 1;
  }
}

class TableText {
  readonly #builder: DocumentBuilder;
  #cells: string[] = [];
  #isFirst = true;

  constructor(builder: DocumentBuilder) {
    this.#builder = builder;
    builder.open({ type: "table" });
  }

  field(text: string): void {
    if (this.#cells.length >= MOST_COLUMNS) throw beyondLimit(`${MOST_COLUMNS} columns`);
    this.#cells.push(text);
  }

  row(): void {
    const cells = this.#cells;
    this.#cells = [];
    if (cells.every((cell) => cell.trim() === "")) return;
    this.#builder.open({ type: "row", isHeader: this.#isFirst });
    this.#isFirst = false;
    for (const cell of cells) {
      this.#builder.open({ type: "cell" });
      this.#builder.verbatim(cell);
      this.#builder.close();
    }
    this.#builder.close();
  }
}

async function* readTable(
  input: SourceInput,
  separator: string | undefined,
): AsyncGenerator<SourcePart> {
  const builder = new DocumentBuilder();
  const table = new TableText(builder);
  const fields = new Fields(
    separator,
    (field) => table.field(field),
    () => table.row(),
  );
  for await (const piece of input.texts()) {
    fields.write(piece, false);
    yield* builder.ready();
  }
  fields.write("", true);
  yield* builder.finish();
}

const isNamed = (name: string, extensions: RegExp, head: Uint8Array): number =>
  extensions.test(name) && !head.subarray(2, 4).every((byte) => byte === 0) ? 0.5 : 0;

export const csvReader: SourceReader = {
  about: "delimited tables with a header: commas, semicolons, bars or tabs",
  extensions: ["csv"],
  container: true,
  streams: true,
  recognises: (name, head) => isNamed(name, /\.csv$/i, head),
  read: (input) => readTable(input, undefined),
};

export const tsvReader: SourceReader = {
  about: "tab-separated tables with a header",
  extensions: ["tsv", "tab"],
  container: true,
  streams: true,
  recognises: (name, head) => isNamed(name, /\.(tsv|tab)$/i, head),
  read: (input) => readTable(input, "\t"),
};
