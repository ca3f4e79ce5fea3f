// EPUB books: the chapters of the spine in their order, each a web page, without the table of contents.
import { posix } from "node:path";
import { decodeText } from "../../../core/text-encoding.ts";
import { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit, damaged, protectedSource } from "../errors.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";
import { HtmlText } from "./html-text.ts";
import { type OfficePackage, openPackage, recognisesPackage } from "./office/package.ts";

/** How fonts may be scrambled; anything else that is encrypted is the book. */
const fontScrambling = ["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"];

async function refuseEncrypted(book: OfficePackage): Promise<void> {
  await book.readXml("META-INF/encryption.xml", {
    open(name, attributes) {
      const algorithm = attributes.get("Algorithm") ?? "";
      if (
        name === "EncryptionMethod" &&
        !fontScrambling.includes(algorithm) &&
        !/#kw-|rsa/.test(algorithm)
      )
        throw protectedSource("the book is encrypted (DRM)");
    },
  });
}

async function contentsFile(book: OfficePackage): Promise<string> {
  let file: string | undefined;
  await book.readXml("META-INF/container.xml", {
    open(name, attributes) {
      if (name === "rootfile") file ??= attributes.get("full-path");
    },
  });
  if (file === undefined || !book.has(file)) throw damaged("a zip archive without a book in it");
  return file;
}

/** Members that are chapters, in reading order. */
async function chaptersOf(book: OfficePackage): Promise<string[]> {
  const file = await contentsFile(book);
  const items = new Map<string, string>();
  const order: string[] = [];
  await book.readXml(file, {
    open(name, attributes) {
      const isPage = /html/.test(attributes.get("media-type") ?? "");
      const isContents = (attributes.get("properties") ?? "").split(" ").includes("nav");
      if (name === "item" && isPage && !isContents)
        items.set(attributes.get("id") ?? "", attributes.get("href") ?? "");
      else if (name === "itemref") order.push(attributes.get("idref") ?? "");
    },
  });
  return order.flatMap((id) => {
    const place = items.get(id);
    const member = place === undefined ? "" : posix.join(posix.dirname(file), unescaped(place));
    return book.has(member) ? [member] : [];
  });
}

function unescaped(place: string): string {
  try {
    return decodeURIComponent(place.replace(/#.*$/, ""));
  } catch {
    return place;
  }
}

async function* readEpub(input: SourceInput): AsyncGenerator<SourcePart> {
  const book = await openPackage(input);
  await refuseEncrypted(book);
  const chapters = await chaptersOf(book);
  if (chapters.length > input.limits.pages) throw beyondLimit(`${chapters.length} chapters`);
  const builder = new DocumentBuilder();
  for (const [index, chapter] of chapters.entries()) {
    builder.division("chapter", index + 1);
    const page = new HtmlText(builder, input.limits.nesting, { isXml: true });
    page.write(decodeText(await book.bytes(chapter)), true);
    yield* builder.ready();
  }
  yield* builder.finish();
}

export const epubReader: SourceReader = {
  about: "EPUB books",
  extensions: ["epub"],
  container: true,
  recognises: recognisesPackage("epub", "application/epub+zip"),
  read: readEpub,
};
