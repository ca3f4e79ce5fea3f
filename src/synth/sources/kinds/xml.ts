// XML of a stranger, piece by piece: elements by their name without prefix, text between. No document type is taken, so
// that no entity can grow; nesting is bounded; prefixes are not resolved, since formats here mean one thing by a name.
import { SaxesParser } from "saxes";
import { beyondLimit, damaged } from "../errors.ts";

export interface XmlHandlers {
  /** An element begins; its attributes by name without prefix, and with it. */
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  close(name: string): void;
  text(text: string): void;
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** Of the elements `passedOver` nothing is told, nor of what is in them. */
export class XmlText {
  readonly #parser = new SaxesParser();
  #depth = 0;
  /** How deep in an element that is passed over. */
  #passed = 0;

  constructor(handlers: XmlHandlers, nesting: number, passedOver: ReadonlySet<string> = new Set()) {
    const parser = this.#parser;
    parser.on("doctype", () => {
      throw beyondLimit("XML with a document type of its own, which may hold entities");
    });
    parser.on("error", (error) => {
      throw damaged(`its XML is malformed: ${error.message}`, error);
    });
    parser.on("opentag", ({ name, attributes }) => {
      if (++this.#depth > nesting)
        throw beyondLimit(`elements in elements, more than ${nesting} deep`);
      if (this.#passed > 0 || passedOver.has(localName(name))) this.#passed++;
      else handlers.open(localName(name), attributesOf(attributes));
    });
    parser.on("closetag", ({ name }) => {
      this.#depth--;
      if (this.#passed > 0) this.#passed--;
      else handlers.close(localName(name));
    });
    const text = (found: string): void => {
      if (this.#passed === 0) handlers.text(found);
    };
    parser.on("text", text);
    parser.on("cdata", text);
  }

  write(text: string): void {
    this.#parser.write(text);
  }

  end(): void {
    this.#parser.close();
  }
}

/** By name without prefix and, where there is one, by the name as it is written. */
function attributesOf(attributes: Readonly<Record<string, string>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(attributes))
    found.set(localName(name), value).set(name, value);
  return found;
}
