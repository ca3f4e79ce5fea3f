// OpenDocument texts: headings, lists, tables and paragraphs; notes stand behind the paragraph they belong to. What
// was deleted and comments are left out.
import { DocumentBuilder } from "../../document-builder.ts";
import { damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { openPackage, recognisesPackage } from "./package.ts";

export const passedOver: ReadonlySet<string> = new Set([
  "annotation",
  "tracked-changes",
  "note-citation",
  "settings",
  "scripts",
]);

/** How often a cell or a space may say that it is repeated: sheets repeat empty ones to their edge. */
const MOST_REPEATED = 64;

export const repeated = (value: string | undefined): number =>
  Math.min(Math.max(1, Number(value ?? 1) || 1), MOST_REPEATED);

interface Paragraph {
  /** 0 for what is no heading. */
  readonly level: number;
  readonly pieces: { text: string; isExact: boolean }[];
}

export class OdtText implements XmlHandlers {
  /** Of paragraphs that are no headings by themselves: titles of slides. 0: none is. */
  levelOfParagraphs = 0;
  readonly #builder: DocumentBuilder;
  readonly #paragraphs: Paragraph[] = [];
  /** Styles of lists that number their outermost level. */
  readonly #ordered = new Set<string>();
  #listStyle = "";
  readonly #lists: { ordered: boolean }[] = [];
  #isItemStart = false;
  #isHeader = false;
  #cells: number[] = [];

  constructor(builder: DocumentBuilder) {
    this.#builder = builder;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "list-style") this.#listStyle = attributes.get("name") ?? "";
    else if (name === "list-level-style-number" && attributes.get("level") === "1")
      this.#ordered.add(this.#listStyle);
    else if (name === "p") this.#paragraphs.push({ level: this.levelOfParagraphs, pieces: [] });
    else if (name === "h")
      this.#paragraphs.push({
        level: Number(attributes.get("outline-level") ?? 1) || 1,
        pieces: [],
      });
    else if (name === "list") this.#openList(attributes);
    else if (name === "list-item") this.#isItemStart = true;
    else if (name.startsWith("table")) this.#openTable(name, attributes);
    else this.#sign(name, attributes);
  }

  #openList(attributes: ReadonlyMap<string, string>): void {
    const style = attributes.get("style-name");
    const ordered = style === undefined ? this.#lists.at(-1)?.ordered : this.#ordered.has(style);
    this.#lists.push({ ordered: ordered ?? false });
  }

  #openTable(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "table") this.#builder.open({ type: "table" });
    else if (name === "table-header-rows") this.#isHeader = true;
    else if (name === "table-row") this.#builder.open({ type: "row", isHeader: this.#isHeader });
    else if (name === "table-cell" || name === "covered-table-cell") {
      this.#cells.push(repeated(attributes.get("number-columns-repeated")));
      this.#builder.open({ type: "cell", isHeader: this.#isHeader });
    }
  }

  #sign(name: string, attributes: ReadonlyMap<string, string>): void {
    const pieces = this.#paragraphs.at(-1)?.pieces;
    if (name === "s")
      pieces?.push({ text: " ".repeat(repeated(attributes.get("c"))), isExact: true });
    else if (name === "tab") pieces?.push({ text: "\t", isExact: true });
    else if (name === "line-break") pieces?.push({ text: "\n", isExact: true });
  }

  text(text: string): void {
    this.#paragraphs.at(-1)?.pieces.push({ text, isExact: false });
  }

  close(name: string): void {
    if (name === "p" || name === "h") this.#closeParagraph(this.#paragraphs.pop());
    else if (name === "list") this.#lists.pop();
    else if (name === "table-header-rows") this.#isHeader = false;
    else if (name === "table" || name === "table-row") this.#builder.close();
    else if (name === "table-cell" || name === "covered-table-cell") this.#closeCell();
  }

  #closeCell(): void {
    this.#builder.close();
    for (let count = this.#cells.pop() ?? 1; count > 1; count--) {
      this.#builder.open({ type: "cell" });
      this.#builder.close();
    }
  }

  #closeParagraph(paragraph: Paragraph | undefined): void {
    if (paragraph === undefined || paragraph.pieces.every(({ text }) => text.trim() === "")) return;
    const depth = this.#lists.length - 1;
    if (paragraph.level > 0) this.#builder.open({ type: "heading", level: paragraph.level });
    else if (depth >= 0 && this.#isItemStart)
      this.#builder.open({ type: "item", depth, ordered: this.#lists[depth]?.ordered ?? false });
    else this.#builder.open({ type: "paragraph" });
    this.#isItemStart = false;
    for (const { text, isExact } of paragraph.pieces)
      if (isExact) this.#builder.verbatim(text);
      else this.#builder.inline(text);
    this.#builder.close();
  }
}

async function* readOdt(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  if (!office.has("content.xml")) throw damaged("a zip archive without an OpenDocument text in it");
  const builder = new DocumentBuilder();
  for await (const _ of office.xml("content.xml", new OdtText(builder), passedOver))
    yield* builder.ready();
  yield* builder.finish();
}

export const odtReader: SourceReader = {
  about: "OpenDocument texts",
  extensions: ["odt", "ott"],
  container: true,
  recognises: recognisesPackage("odt", "application/vnd.oasis.opendocument.text"),
  read: readOdt,
};
