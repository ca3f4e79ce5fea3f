// OpenDocument spreadsheets: each sheet a table, with what its cells show; days and times by ISO 8601. A first row of words
// alone is the header. Hidden sheets are left out, and that is noted.
import { DocumentBuilder } from "../../document-builder.ts";
import { beyondLimit, damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { repeated } from "./odt.ts";
import { openPackage, recognisesPackage } from "./package.ts";

const passedOver = new Set(["annotation", "tracked-changes", "scripts", "forms", "shapes"]);
const mostCells = 20_000_000;
/** Cells that are there since others say how often they are repeated. */
const mostRepeats = 500_000;

interface Cell {
  text: string;
  readonly isWord: boolean;
  readonly repeats: number;
  /** Of a day or a time, which is shown in the words of some country. */
  readonly day: string | undefined;
}

class SheetText implements XmlHandlers {
  readonly #builder: DocumentBuilder;
  readonly #input: SourceInput;
  readonly #isOnly: boolean;
  /** Styles of sheets that are not shown. */
  readonly #hiding = new Set<string>();
  #style = "";
  #sheets = 0;
  #isHidden = false;
  #isFirstRow = true;
  #row: Cell[] | undefined;
  #rowRepeats = 1;
  #cell: Cell | undefined;
  #paragraphs = 0;
  #count = 0;
  #repeats = 0;

  constructor(builder: DocumentBuilder, input: SourceInput, isOnly: boolean) {
    this.#builder = builder;
    this.#input = input;
    this.#isOnly = isOnly;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "style") this.#style = attributes.get("style:name") ?? "";
    else if (name === "table-properties" && attributes.get("table:display") === "false")
      this.#hiding.add(this.#style);
    else if (name === "table") this.#openSheet(attributes);
    else if (name === "table-row") {
      this.#row = [];
      this.#rowRepeats = repeated(attributes.get("number-rows-repeated"));
    } else if (name === "table-cell" || name === "covered-table-cell") this.#openCell(attributes);
    else this.#sign(name, attributes);
  }

  #openSheet(attributes: ReadonlyMap<string, string>): void {
    const name = attributes.get("table:name") ?? "";
    this.#isHidden = this.#hiding.has(attributes.get("table:style-name") ?? "");
    this.#isFirstRow = true;
    if (this.#isHidden) {
      const reason = `the hidden sheet ${JSON.stringify(name)} is left out`;
      this.#input.note({ code: "FT-SOURCE-013", reason });
      return;
    }
    this.#builder.division("sheet", ++this.#sheets);
    if (!this.#isOnly) {
      this.#builder.open({ type: "heading", level: 1 });
      this.#builder.verbatim(name);
      this.#builder.close();
    }
    this.#builder.open({ type: "table" });
  }

  #openCell(attributes: ReadonlyMap<string, string>): void {
    const isWord = attributes.get("value-type") === "string";
    const repeats = repeated(attributes.get("number-columns-repeated"));
    this.#cell = { text: "", isWord, repeats, day: attributes.get("date-value") };
    this.#paragraphs = 0;
    this.#count += repeats;
    if (this.#count > mostCells) throw beyondLimit(`${mostCells} cells`);
  }

  #sign(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#cell === undefined) return;
    if (name === "p" && this.#paragraphs++ > 0) this.#cell.text += "\n";
    else if (name === "s") this.#cell.text += " ".repeat(repeated(attributes.get("c")));
    else if (name === "tab") this.#cell.text += "\t";
    else if (name === "line-break") this.#cell.text += "\n";
  }

  text(text: string): void {
    if (this.#cell !== undefined && this.#paragraphs > 0)
      this.#cell.text += text.replaceAll(/\s+/g, " ");
  }

  close(name: string): void {
    if (name === "table-cell" || name === "covered-table-cell") this.#closeCell();
    else if (name === "table-row") this.#closeRow();
    else if (name === "table" && !this.#isHidden) this.#builder.close();
  }

  #closeCell(): void {
    const cell = this.#cell;
    this.#cell = undefined;
    if (cell === undefined) return;
    const text = cell.text.trim() === "" ? "" : (cell.day ?? cell.text.trim());
    if (text !== "") this.#repeat(cell.repeats - 1);
    for (let at = 0; at < cell.repeats; at++) this.#row?.push({ ...cell, text });
  }

  #repeat(cells: number): void {
    this.#repeats += cells;
    if (this.#repeats > mostRepeats) throw beyondLimit(`${mostRepeats} cells that repeat others`);
  }

  #closeRow(): void {
    const row = this.#row ?? [];
    this.#row = undefined;
    const last = row.findLastIndex(({ text }) => text !== "");
    if (last === -1 || this.#isHidden) return;
    const cells = row.slice(0, last + 1);
    this.#repeat(cells.length * (this.#rowRepeats - 1));
    for (let at = 0; at < this.#rowRepeats; at++) this.#writeRow(cells);
  }

  #writeRow(cells: readonly Cell[]): void {
    const isHeader = this.#isFirstRow && cells.every(({ isWord, text }) => isWord && text !== "");
    this.#isFirstRow = false;
    this.#builder.open({ type: "row", isHeader });
    for (const { text } of cells) {
      this.#builder.open({ type: "cell" });
      this.#builder.verbatim(text);
      this.#builder.close();
    }
    this.#builder.close();
  }
}

async function* readOds(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  if (!office.has("content.xml"))
    throw damaged("a zip archive without an OpenDocument spreadsheet in it");
  let sheets = 0;
  await office.readXml("content.xml", {
    open: (name) => {
      if (name === "table") sheets++;
    },
  });
  const builder = new DocumentBuilder();
  const text = new SheetText(builder, input, sheets === 1);
  for await (const _ of office.xml("content.xml", text, passedOver)) yield* builder.ready();
  yield* builder.finish();
}

export const odsReader: SourceReader = {
  about: "OpenDocument spreadsheets, one table per sheet",
  extensions: ["ods", "ots"],
  container: true,
  recognises: recognisesPackage("ods", "application/vnd.oasis.opendocument.spreadsheet"),
  read: readOds,
};
