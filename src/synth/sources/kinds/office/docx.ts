// Word documents: paragraphs with the structure that styles and lists give them, tables, notes at the end. What was
// deleted, comments, heads and feet of pages are left out.
import { DocumentBuilder } from "../../document-builder.ts";
import { damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { openPackage, recognisesPackage } from "./package.ts";
import { wordStyles, type WordStyles } from "./word-styles.ts";

/** One paragraph while it is read; one in a text box is read while another is. */
interface Paragraph {
  style: string;
  numbering: string | undefined;
  level: number;
  outline: number | undefined;
  text: string;
}

/** `Fallback` repeats what stands beside it for old programs; `moveFrom` is where text was. */
const passedOver = new Set(["Fallback", "moveFrom", "del", "instrText", "rPr", "sectPr"]);

const signs = new Map([
  ["tab", "\t"],
  ["ptab", "\t"],
  ["br", "\n"],
  ["cr", "\n"],
  ["noBreakHyphen", "\u2011"],
]);

class WordText implements XmlHandlers {
  readonly #builder: DocumentBuilder;
  readonly #styles: WordStyles;
  readonly #paragraphs: Paragraph[] = [];
  #isText = false;
  /** Rows that wait for their first cell, to know whether they are headers. */
  #pendingRows: { isHeader: boolean; isOpen: boolean }[] = [];

  constructor(builder: DocumentBuilder, styles: WordStyles) {
    this.#builder = builder;
    this.#styles = styles;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    const value = attributes.get("val") ?? "";
    const paragraph = this.#paragraphs.at(-1);
    if (name === "p") this.#openParagraph();
    else if (name === "t") this.#isText = true;
    else if (["tbl", "tr", "tc", "tblHeader"].includes(name)) this.#openTable(name);
    else if (paragraph === undefined) return;
    else if (name === "pStyle") paragraph.style = value;
    else if (name === "numId") paragraph.numbering = value;
    else if (name === "ilvl") paragraph.level = Math.min(Number(value) || 0, 8);
    else if (name === "outlineLvl") paragraph.outline = Number(value);
    else paragraph.text += name === "tab" && attributes.has("pos") ? "" : (signs.get(name) ?? "");
  }

  #openParagraph(): void {
    const fresh = { style: "", numbering: undefined, level: 0, outline: undefined, text: "" };
    this.#paragraphs.push(fresh);
  }

  #openTable(name: string): void {
    const row = this.#pendingRows.at(-1);
    if (name === "tbl") this.#builder.open({ type: "table" });
    else if (name === "tr") this.#pendingRows.push({ isHeader: false, isOpen: false });
    else if (row === undefined) return;
    else if (name === "tblHeader") row.isHeader = true;
    else {
      if (!row.isOpen) this.#builder.open({ type: "row", isHeader: row.isHeader });
      row.isOpen = true;
      this.#builder.open({ type: "cell", isHeader: row.isHeader });
    }
  }

  text(text: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (this.#isText && paragraph !== undefined) paragraph.text += text;
  }

  close(name: string): void {
    if (name === "t") this.#isText = false;
    else if (name === "p") this.#closeParagraph(this.#paragraphs.pop());
    else if (name === "tbl" || name === "tc") this.#builder.close();
    else if (name === "tr" && this.#pendingRows.pop()?.isOpen === true) this.#builder.close();
  }

  #closeParagraph(paragraph: Paragraph | undefined): void {
    if (paragraph === undefined || paragraph.text.trim() === "") return;
    this.#openBlock(paragraph);
    this.#builder.verbatim(paragraph.text.trimEnd());
    this.#builder.close();
  }

  #openBlock({ style, numbering, level, outline }: Paragraph): void {
    const styles = this.#styles;
    const heading = outline !== undefined && outline < 9 ? outline + 1 : styles.headingLevel(style);
    const list = numbering ?? styles.numberingOf(style);
    if (heading !== undefined) this.#builder.open({ type: "heading", level: heading });
    else if (list !== undefined && list !== "0")
      this.#builder.open({
        ...{ type: "item", ordered: styles.isOrdered(list, level) },
        depth: Math.max(level, styles.listDepth(style)),
      });
    else if (styles.isQuote(style)) this.#builder.open({ type: "quote", depth: 0 });
    else this.#builder.open({ type: "paragraph" });
  }
}

async function* readDocx(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  const main = await office.mainPart("word/document.xml");
  if (!office.has(main)) throw damaged("a zip archive without a Word document in it");
  const builder = new DocumentBuilder();
  const styles = await wordStyles(office, main);
  const relations = [...(await office.relations(main)).values()];
  const notes = ["footnotes", "endnotes"].flatMap((type) =>
    relations.flatMap((relation) => (relation.type === type ? [relation.target] : [])),
  );
  for (const part of [main, ...notes.filter((note) => office.has(note))]) {
    const text = new WordText(builder, styles);
    for await (const _ of office.xml(part, text, passedOver)) yield* builder.ready();
  }
  yield* builder.finish();
}

export const docxReader: SourceReader = {
  about: "Word documents",
  extensions: ["docx", "docm", "dotx"],
  container: true,
  recognises: (name, head) =>
    Math.max(
      ...["docx", "docm", "dotx"].map((one) =>
        recognisesPackage(one, "word/document.xml")(name, head),
      ),
    ),
  read: readDocx,
};
