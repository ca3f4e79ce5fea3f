// Excel workbooks: each sheet a table, in the workbook's order, with what cells show as far as the file keeps it. A
// first row of words alone is the header. Hidden sheets are left out, and that is noted.
import { DocumentBuilder } from "../../document-builder.ts";
import { beyondLimit, damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { readTimeForms, type TimeForm, timeText } from "./cell-values.ts";
import { type OfficePackage, openPackage, recognisesPackage } from "./package.ts";

interface Book {
  readonly shared: readonly string[];
  readonly forms: readonly (TimeForm | undefined)[];
  readonly since1904: boolean;
}

interface Sheet {
  readonly name: string;
  readonly member: string;
  readonly isHidden: boolean;
}

interface Cell {
  readonly column: number;
  readonly kind: string;
  readonly style: number;
  value: string;
}

/** Columns further to the right than this after their neighbour stand beside it: nobody wrote the space between. */
const WIDEST_GAP = 256;
const MOST_CELLS = 20_000_000;

/** "AB12" → 27 */
function columnOf(reference: string): number {
  let column = 0;
  for (const letter of reference.slice(0, 4)) {
    const value = letter.charCodeAt(0) - 64;
    if (value < 1 || value > 26) break;
    column = column * 26 + value;
  }
  return column - 1;
}

class SheetText implements XmlHandlers {
  readonly #builder: DocumentBuilder;
  readonly #book: Book;
  #cells: { text: string; isWord: boolean }[] = [];
  #cell: Cell | undefined;
  #isValue = false;
  #isFirstRow = true;
  #count = 0;

  constructor(builder: DocumentBuilder, book: Book) {
    this.#builder = builder;
    this.#book = book;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "row") this.#cells = [];
    else if (name === "c")
      this.#cell = {
        column: attributes.has("r") ? columnOf(attributes.get("r") ?? "") : this.#cells.length,
        kind: attributes.get("t") ?? "n",
        style: Number(attributes.get("s") ?? -1),
        value: "",
      };
    else if (name === "v" || name === "t") this.#isValue = true;
  }

  text(text: string): void {
    if (this.#isValue && this.#cell !== undefined) this.#cell.value += text;
  }

  close(name: string): void {
    if (name === "v" || name === "t") this.#isValue = false;
    else if (name === "c") this.#closeCell(this.#cell);
    else if (name === "row") this.#closeRow();
  }

  #closeCell(cell: Cell | undefined): void {
    if (cell === undefined) return;
    const gap = Math.max(0, cell.column - this.#cells.length);
    this.#count += gap + 1;
    if (this.#count > MOST_CELLS) throw beyondLimit(`${MOST_CELLS} cells`);
    for (let empty = 0; empty < gap && gap <= WIDEST_GAP; empty++)
      this.#cells.push({ text: "", isWord: false });
    const isWord = ["s", "inlineStr", "str"].includes(cell.kind) && cell.value !== "";
    this.#cells.push({ text: this.#textOf(cell), isWord });
  }

  #textOf({ kind, value, style }: Cell): string {
    if (kind === "s") return this.#book.shared[Number(value)] ?? "";
    if (kind === "b") return value === "1" ? "TRUE" : "FALSE";
    const form = kind === "n" ? this.#book.forms[style] : undefined;
    if (form === undefined || value === "") return value;
    return timeText(Number(value), form, this.#book.since1904);
  }

  #closeRow(): void {
    const last = this.#cells.findLastIndex(({ text }) => text.trim() !== "");
    if (last === -1) return;
    const cells = this.#cells.slice(0, last + 1);
    const isHeader = this.#isFirstRow && cells.every(({ isWord }) => isWord);
    this.#isFirstRow = false;
    this.#builder.open({ type: "row", isHeader });
    for (const { text } of cells) {
      this.#builder.open({ type: "cell" });
      this.#builder.verbatim(text.trim());
      this.#builder.close();
    }
    this.#builder.close();
  }
}

/** Texts that cells name by number. Readings beside Japanese words are no part of them. */
async function readShared(office: OfficePackage, file: string): Promise<string[]> {
  const shared: string[] = [];
  let [text, isText, readings] = ["", false, 0];
  await office.readXml(file, {
    open(name) {
      if (name === "si") text = "";
      else if (name === "rPh") readings++;
      isText = name === "t" && readings === 0;
    },
    text(more) {
      if (isText) text += more;
    },
    close(name) {
      isText = false;
      if (name === "rPh") readings--;
      else if (name === "si") shared.push(text);
    },
  });
  return shared;
}

async function readSheets(
  office: OfficePackage,
  main: string,
): Promise<{ sheets: Sheet[]; since1904: boolean }> {
  const relations = await office.relations(main);
  const sheets: Sheet[] = [];
  let since1904 = false;
  await office.readXml(main, {
    open(element, attributes) {
      if (element === "workbookPr")
        since1904 = ["1", "true"].includes(attributes.get("date1904") ?? "");
      const relation =
        element === "sheet" ? relations.get(attributes.get("r:id") ?? "") : undefined;
      if (relation === undefined || !office.has(relation.target)) return;
      const isHidden = !["visible", undefined].includes(attributes.get("state"));
      sheets.push({ name: attributes.get("name") ?? "", member: relation.target, isHidden });
    },
  });
  return { sheets, since1904 };
}

async function* readXlsx(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  const main = await office.mainPart("xl/workbook.xml");
  if (!office.has(main)) throw damaged("a zip archive without a workbook in it");
  const { sheets, since1904 } = await readSheets(office, main);
  const relations = [...(await office.relations(main)).values()];
  const fileOf = (type: string): string =>
    relations.find((relation) => relation.type === type)?.target ?? "";
  const shared = await readShared(office, fileOf("sharedStrings"));
  const book: Book = { shared, forms: await readTimeForms(office, fileOf("styles")), since1904 };
  const shown = sheets.filter(({ isHidden }) => !isHidden);
  for (const { name } of sheets.filter(({ isHidden }) => isHidden))
    input.note({
      code: "FT-SOURCE-013",
      reason: `the hidden sheet ${JSON.stringify(name)} is left out`,
    });
  const builder = new DocumentBuilder();
  for (const [index, { name, member }] of shown.entries()) {
    builder.division("sheet", index + 1);
    if (shown.length > 1) addHeading(builder, name);
    builder.open({ type: "table" });
    for await (const _ of office.xml(member, new SheetText(builder, book), new Set(["f", "rPh"])))
      yield* builder.ready();
    builder.close();
    yield* builder.ready();
  }
  yield* builder.finish();
}

function addHeading(builder: DocumentBuilder, name: string): void {
  builder.open({ type: "heading", level: 1 });
  builder.verbatim(name);
  builder.close();
}

export const xlsxReader: SourceReader = {
  about: "Excel workbooks, one table per sheet",
  extensions: ["xlsx", "xlsm", "xltx"],
  container: true,
  recognises: (name, head) =>
    Math.max(
      ...["xlsx", "xlsm", "xltx"].map((one) =>
        recognisesPackage(one, "xl/workbook.xml")(name, head),
      ),
    ),
  read: readXlsx,
};
