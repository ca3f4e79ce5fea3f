// OpenDocument presentations: slides in their order, titles as headings, lists, tables, and what the speaker noted.
// Numbers, dates and feet of slides are left out.
import { DocumentBuilder } from "../../document-builder.ts";
import { beyondLimit, damaged } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import type { XmlHandlers } from "../xml.ts";
import { OdtText, passedOver } from "./odt.ts";
import { openPackage, recognisesPackage } from "./package.ts";

const furniture = new Set(["header", "footer", "date-time", "page-number", "page", "handout"]);

class SlideText implements XmlHandlers {
  readonly #builder: DocumentBuilder;
  readonly #text: OdtText;
  readonly #mostSlides: number;
  /** What the frames are that are open: title, outline, notes, …; empty for others. */
  readonly #frames: string[] = [];
  #slides = 0;

  constructor(builder: DocumentBuilder, mostSlides: number) {
    this.#builder = builder;
    this.#text = new OdtText(builder);
    this.#mostSlides = mostSlides;
  }

  open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (name === "page") this.#openSlide();
    else if (name === "frame") this.#frames.push(attributes.get("presentation:class") ?? "");
    else if (!this.#isFurniture) this.#text.open(name, attributes);
    this.#text.levelOfParagraphs = this.#frames.includes("title") ? 1 : 0;
  }

  #openSlide(): void {
    if (++this.#slides > this.#mostSlides) throw beyondLimit(`${this.#slides} slides`);
    this.#builder.division("slide", this.#slides);
  }

  get #isFurniture(): boolean {
    return this.#frames.some((frame) => furniture.has(frame));
  }

  text(text: string): void {
    if (!this.#isFurniture) this.#text.text(text);
  }

  close(name: string): void {
    if (name === "frame") this.#frames.pop();
    else if (!this.#isFurniture) this.#text.close(name);
  }
}

async function* readOdp(input: SourceInput): AsyncGenerator<SourcePart> {
  const office = await openPackage(input);
  if (!office.has("content.xml"))
    throw damaged("a zip archive without an OpenDocument presentation in it");
  const builder = new DocumentBuilder();
  const slides = new SlideText(builder, input.limits.pages);
  for await (const _ of office.xml("content.xml", slides, passedOver)) yield* builder.ready();
  yield* builder.finish();
}

export const odpReader: SourceReader = {
  about: "OpenDocument presentations, with speaker notes",
  extensions: ["odp", "otp"],
  container: true,
  recognises: recognisesPackage("odp", "application/vnd.oasis.opendocument.presentation"),
  read: readOdp,
};
