// PowerPoint presentations: slides in their order, titles as headings, tables, and what the speaker noted. Numbers,
// dates and feet of slides are left out.
import { DocumentBuilder } from "../../document-builder.ts";
import { beyondLimit, damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { type OfficePackage, openPackage, recognisesPackage } from "./package.ts";

const passedOver = new Set(["Fallback", "rPr", "endParaRPr", "lstStyle", "bodyPr"]);
const titles = new Set(["title", "ctrTitle"]);
const furniture = new Set(["sldNum", "dt", "ftr", "hdr", "sldImg"]);

class SlideText implements XmlHandlers {
  readonly #builder: DocumentBuilder;
  /** Of the shape that is read: title, body, …; empty for a text box. */
  #shape = "";
  #text: string | undefined;
  #level = 0;
  #bullet: "" | "bullet" | "number" = "";
  #isText = false;
  #isFirstRow = false;
  #hasHeader = false;

  constructor(builder: DocumentBuilder) {
    this.#builder = builder;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "sp" || name === "graphicFrame") this.#shape = "";
    else if (name === "ph") this.#shape = attributes.get("type") ?? "body";
    else if (name === "p") this.#openParagraph();
    else if (name === "pPr") this.#level = Math.min(Number(attributes.get("lvl") ?? 0) || 0, 8);
    else if (name === "buChar") this.#bullet = "bullet";
    else if (name === "buAutoNum") this.#bullet = "number";
    else if (name === "t") this.#isText = true;
    else if (name === "br" && this.#text !== undefined) this.#text += "\n";
    else this.#openTable(name, attributes);
  }

  #openParagraph(): void {
    this.#text = "";
    this.#level = 0;
    this.#bullet = "";
  }

  #openTable(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "tbl") {
      this.#builder.open({ type: "table" });
      this.#isFirstRow = true;
      this.#hasHeader = false;
    } else if (name === "tblPr") this.#hasHeader = attributes.get("firstRow") === "1";
    else if (name === "tr") this.#openRow();
    else if (name === "tc") this.#builder.open({ type: "cell" });
  }

  #openRow(): void {
    this.#builder.open({ type: "row", isHeader: this.#isFirstRow && this.#hasHeader });
    this.#isFirstRow = false;
  }

  text(text: string): void {
    if (this.#isText && this.#text !== undefined) this.#text += text;
  }

  close(name: string): void {
    if (name === "t") this.#isText = false;
    else if (name === "p") this.#closeParagraph();
    else if (["tbl", "tr", "tc"].includes(name)) this.#builder.close();
  }

  #closeParagraph(): void {
    const text = (this.#text ?? "").replaceAll("\v", "\n");
    this.#text = undefined;
    if (text.trim() === "" || furniture.has(this.#shape)) return;
    const isItem = this.#bullet !== "" || this.#level > 0;
    if (titles.has(this.#shape)) this.#builder.open({ type: "heading", level: 1 });
    else if (isItem)
      this.#builder.open({ type: "item", depth: this.#level, ordered: this.#bullet === "number" });
    else this.#builder.open({ type: "paragraph" });
    this.#builder.verbatim(text.trimEnd());
    this.#builder.close();
  }
}

/** Members that are slides, in the order of the presentation. */
async function slidesOf(office: OfficePackage, main: string): Promise<string[]> {
  const relations = await office.relations(main);
  const slides: string[] = [];
  await office.readXml(main, {
    open: (name, attributes) => {
      // beside r:id a slide has an id without prefix, which is a number
      const target = name === "sldId" ? relations.get(attributes.get("r:id") ?? "") : undefined;
      if (target !== undefined) slides.push(target.target);
    },
  });
  return slides.filter((slide) => office.has(slide));
}

async function* readPptx(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  const main = await office.mainPart("ppt/presentation.xml");
  if (!office.has(main)) throw damaged("a zip archive without a presentation in it");
  const slides = await slidesOf(office, main);
  if (slides.length > input.limits.pages) throw beyondLimit(`${slides.length} slides`);
  const builder = new DocumentBuilder();
  for (const [index, slide] of slides.entries()) {
    builder.division("slide", index + 1);
    const relations = [...(await office.relations(slide)).values()];
    const notes = relations.filter(({ type }) => type === "notesSlide").map(({ target }) => target);
    for (const part of [slide, ...notes.filter((note) => office.has(note))])
      for await (const _ of office.xml(part, new SlideText(builder), passedOver)) continue;
    yield* builder.ready();
  }
  yield* builder.finish();
}

export const pptxReader: SourceReader = {
  about: "PowerPoint presentations, with speaker notes",
  extensions: ["pptx", "pptm", "ppsx"],
  container: true,
  recognises: (name, head) =>
    Math.max(
      ...["pptx", "pptm", "ppsx"].map((one) =>
        recognisesPackage(one, "ppt/presentation.xml")(name, head),
      ),
    ),
  read: readPptx,
};
