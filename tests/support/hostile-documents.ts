// Documents of about a megabyte that are made to be slow, large or deep, one table for the tests of every kind.
import { constants, deflateRawSync, deflateSync } from "node:zlib";
import { strToU8, zipSync, type Zippable } from "fflate";

const size = 1_000_000;
const fill = (text: string): string => text.repeat(Math.ceil(size / text.length));

const contentTypes =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';

function officeFile(members: Record<string, string>): Uint8Array {
  const files: Zippable = { "[Content_Types].xml": strToU8(contentTypes) };
  for (const [name, text] of Object.entries(members)) files[name] = strToU8(text);
  return zipSync(files);
}

const word = (body: string): Uint8Array =>
  officeFile({
    "word/document.xml": `<w:document xmlns:w="w"><w:body>${body}</w:body></w:document>`,
  });

const laughs = `<!DOCTYPE x [<!ENTITY a "ha">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at} "${`&a${at === 0 ? "" : at - 1};`.repeat(10)}">`).join("")}]>`;

/** A PDF of so many empty pages, or with this content, its objects in plain text. */
export function pdfOf(pages: number, content: Uint8Array = Buffer.from(""), filter = ""): Buffer {
  const parts: Buffer[] = [Buffer.from("%PDF-1.4\n")];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  const add = (bytes: Buffer): void => {
    offsets.push(length);
    const number = Buffer.from(`${offsets.length} 0 obj\n`);
    const all = Buffer.concat([number, bytes, Buffer.from("\nendobj\n")]);
    parts.push(all);
    length += all.length;
  };
  const kids = Array.from({ length: pages }, (_, at) => `${at + 4} 0 R`).join(" ");
  add(Buffer.from("<</Type/Catalog/Pages 2 0 R>>"));
  add(Buffer.from(`<</Type/Pages/Count ${pages}/Kids[${kids}]>>`));
  const head = Buffer.from(`<</Length ${content.length}${filter}>>\nstream\n`);
  add(Buffer.concat([head, content, Buffer.from("\nendstream")]));
  for (let at = 0; at < pages; at++)
    add(Buffer.from("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R>>"));
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const count = offsets.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${count}\n0000000000 65535 f \n${table}trailer<</Size ${count}/Root 1 0 R>>\nstartxref\n${length}\n%%EOF`,
    ),
  );
  return Buffer.concat(parts);
}

/** Of what kind its name says. */
const openDocument = (body: string): Uint8Array =>
  zipSync({
    "content.xml": strToU8(
      `<a xmlns:table="t" xmlns:text="x" xmlns:draw="d">${body}${body.startsWith("<table:table>") || body.startsWith("<draw:frame>") ? "" : "</a>"}`,
    ),
  });

const packedMegabyte = deflateRawSync(Buffer.alloc(1_000_000, 0x20), {
  level: 9,
  finishFlush: constants.Z_FULL_FLUSH,
});

/** Adler-32 of so many spaces, as RFC 1950 has it at the end. */
function checkOfSpaces(count: number): Buffer {
  const [modulo, spaces] = [65_521n, BigInt(count)];
  const low = (1n + 32n * spaces) % modulo;
  const high = (spaces + 16n * spaces * (spaces + 1n)) % modulo;
  const check = Buffer.alloc(4);
  check.writeUInt32BE(Number((high << 16n) | low));
  return check;
}

/** What deflateSync makes of so many megabytes of spaces, without packing each of them. */
function packedSpaces(megabytes: number): Uint8Array {
  const blocks = Array<Buffer>(megabytes).fill(packedMegabyte);
  const head = Buffer.from([0x78, 0xda]);
  const lastBlock = Buffer.from([0x03, 0x00]);
  return Buffer.concat([head, ...blocks, lastBlock, checkOfSpaces(1_000_000 * megabytes)]);
}
const sheet = (rows: string): Uint8Array =>
  officeFile({
    "xl/workbook.xml": '<workbook><sheets><sheet name="a" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels":
      '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/></Relationships>',
    "xl/worksheets/s.xml": `<worksheet><sheetData>${rows}</sheetData></worksheet>`,
  });

/** By file name. */
export const hostileDocuments: Readonly<Record<string, () => string | Uint8Array>> = {
  "spaces.txt": () => fill(" "),
  "labels.txt": () => fill("Q: "),
  "one-line.txt": () => fill("word "),
  "brackets.md": () => fill("["),
  "quotes.md": () => fill("> "),
  "bullets.md": () => fill("- "),
  "deep-lists.md": () => fill(`${"- ".repeat(60)}a\n`),
  "ticks.md": () => fill("`"),
  "stars.md": () => fill("**a "),
  "bars.md": () => `${fill("|").slice(0, size / 2)}\n${fill("|-").slice(0, size / 2)}`,
  "wide-table.md": () =>
    `|${"a|".repeat(200_000)}\n|${"-|".repeat(200_000)}\n${"|\n".repeat(9000)}`,
  "boxes.html": () => fill("<div>"),
  "bold.html": () => fill("<b>"),
  "less-than.html": () => fill("<"),
  "entities.html": () => fill("&notit"),
  "attributes.html": () => `<a ${fill("a b ")}`,
  "cells.html": () => `<table>${fill("<td>")}`,
  "ends.html": () => "<div>".repeat(250) + fill("</p>"),
  "data.html": () => `<script type="application/ld+json">${fill("[")}</script>`,
  "comment.html": () => fill("<!--"),
  "commas.csv": () => fill(","),
  "quotes.csv": () => fill('"'),
  "open-quote.csv": () => `a,b\n"${fill("a\n")}`,
  "lines.csv": () => `${fill("a\n")},`,
  "brackets.json": () => fill("["),
  "objects.json": () => fill('{"a":'),
  "open.json": () => `["${fill("\\\\")}`,
  "brackets.jsonl": () => fill("[\n"),
  "groups.rtf": () => `{\\rtf1${fill("{")}`,
  "unicode.rtf": () => `{\\rtf1${fill("\\u1?")}`,
  "words.rtf": () => `{\\rtf1${fill("\\")}`,
  "deep.docx": () => word(fill("<w:p>")),
  "deep-tables.docx": () => word(fill("<w:tbl><w:tr><w:tc>")),
  "entities.docx": () =>
    officeFile({ "word/document.xml": `${laughs}<w:document>&a29;</w:document>` }),
  "paragraphs.docx": () => word(fill("<w:p><w:r><w:t>a</w:t></w:r></w:p>")),
  "attributes.docx": () =>
    word(
      `<w:p ${fill("a='b' ").replaceAll("a=", () => `a${Math.random().toString(36).slice(2)}=`)}/>`,
    ),
  "unpacks.docx": () => word(`<w:p>${" ".repeat(60_000_000)}</w:p>`),
  "far-cells.xlsx": () => sheet(fill('<row><c r="XFD1"><v>1</v></c></row>')),
  "rows.ods": () =>
    openDocument(
      fill(
        '<table:table-row table:number-rows-repeated="99999"><table:table-cell table:number-columns-repeated="99999"><text:p>a</text:p></table:table-cell></table:table-row>',
      ),
    ),
  "rows-at-once.ods": () => openDocument(`<table:table>${fill("<table:table-row>")}`),
  "spaces.ods": () =>
    openDocument(
      fill(
        '<table:table-row><table:table-cell><text:p><text:s text:c="9999999"/></text:p></table:table-cell></table:table-row>',
      ),
    ),
  "frames.odp": () => openDocument(fill("<draw:frame>")),
  "slides.odp": () => openDocument(fill("<draw:page/>")),
  "unpacks.zip": () => zipSync({ "a.txt": new Uint8Array(60_000_000) }, { level: 9 }),
  "pages.pdf": () => pdfOf(100_000),
  "unpacks.pdf": () => pdfOf(1, packedSpaces(300), "/Filter/FlateDecode"),
  "twice.pdf": () => pdfOf(1, deflateSync(packedSpaces(900)), "/Filter[/FlateDecode/FlateDecode]"),
  "brackets.pdf": () => pdfOf(1, Buffer.from(`BT ${fill("[")}`)),
  "parentheses.pdf": () => pdfOf(1, Buffer.from(`BT ${fill("(")}`)),
  "dictionaries.pdf": () => `%PDF-1.4\n1 0 obj\n${fill("<<")}`,
  "texts.pdf": () => pdfOf(1, Buffer.from(`BT /F1 1 Tf ${fill("(a)Tj ")} ET`)),
  "saves.pdf": () => pdfOf(1, Buffer.from(fill("q "))),
  "noise.pdf": () => `%PDF-1.4\n${fill("1 0 obj ")}`,
};
