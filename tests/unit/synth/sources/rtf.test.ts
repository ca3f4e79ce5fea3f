// Rich Text Format as Word and LibreOffice write it.
import { expect, test } from "vitest";
import { readDocument } from "../../../support/read-source.ts";

const document = String.raw`{\rtf1\ansi\ansicpg1251\deff0{\fonttbl{\f0 Times;}}{\colortbl;\red0\green0\blue0;}
{\stylesheet{\s1 heading 1;}}{\info{\title No text}}{\*\generator Riched20;}
{\header Running head\par}
\pard\outlinelevel0 {\b The \'cf\'f0\'e8\'e2\'e5\'f2 title}\par
\pard A dash \emdash  and \{braces\}, \u8364?5 and \u-10179?\u-8704? too.\line Second line\tab tabbed.\par
\pard{\listtext\'b7\tab}first\par
\pard\ilvl1{\listtext 1.\tab}second\par
{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt link text}}\par
\trowd\cellx1000\cellx2000\pard\intbl Question\cell Answer\cell\row
\pard\intbl Why?\par really\cell Because\cell\row
\pard After the table{\pict\bin4 ab}c}.\par
}`;

test("paragraphs, headings, lists and tables; what is not text is passed over", async () => {
  const { kind, shown } = await readDocument("a.rtf", Buffer.from(document, "latin1"));
  expect(kind).toBe("rtf");
  expect(shown).toEqual([
    "h1 The Привет title",
    "paragraph A dash — and {braces}, €5 and 😀 too.\nSecond line\ttabbed.",
    "-0 first",
    "1.1 second",
    "1.1 link text",
    "table: Question | Answer / Why?\nreally | Because",
    "paragraph After the table.",
  ]);
});

test("a document that breaks off is read as far as it goes", async () => {
  const { shown } = await readDocument("a.rtf", String.raw`{\rtf1 one\par two {\b three \u`);
  expect(shown).toEqual(["paragraph one", "paragraph two three \0"]);
});
