// Office files, books, PDFs, tables and JSON: fixtures that other programs wrote (tests/fixtures/documents/make.py), each
// with all it holds, beside what those programs read from them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { readDocument, type ReadDocument } from "../../../support/read-source.ts";

const folder = "tests/fixtures/documents";
const fixture = (name: string): Promise<ReadDocument> =>
  readDocument(name, readFileSync(join(folder, name)));

interface Oracle {
  docx: { paragraphs: string[]; cells: string[][] };
  xlsx: string[][][];
  pptx: string[][];
  pdf: string[];
}
const oracle = JSON.parse(readFileSync(join(folder, "oracle.json"), "utf8")) as Oracle;

test("a Word document", async () => {
  const { kind, text, shown, blocks } = await fixture("handbook.docx");
  expect(kind).toBe("docx");
  expect(shown).toEqual([
    "h1 Handbook",
    "h1 How do I reset it?",
    "paragraph Hold the red button\tfor 5 s.\nThen let go – grüße 😀.",
    "-0 first",
    "-1 inner",
    "1.0 one",
    "quote0 As they say.",
    "table with header: Question | Answer / Why? | Because. /  | Two\nlines",
    "paragraph The end.",
  ]);
  const slices = blocks
    .filter(({ type }) => type !== "table")
    .map(({ span }) => text.slice(span[0], span[1]));
  expect(slices).toEqual(oracle.docx.paragraphs);
  expect(text).toContain("first\ninner\none\n\nAs they say.\n\nQuestion\tAnswer\nWhy?\tBecause.\n");
});

test("a workbook, hidden sheets left out", async () => {
  const { shown, notes, text, blocks } = await fixture("questions.xlsx");
  expect(shown).toEqual([
    "sheet 1",
    "h1 Questions",
    "table with header: Question | Answer | When / Why? | Because,\nindeed | 2026-02-03 / " +
      "How many? | 42.5 | 2026-02-03T04:05:06 /  | TRUE | 07:08:09",
    "sheet 2",
    "h1 Numbers",
    "table:  | 1 |  | 2",
  ]);
  expect(notes.map(({ reason }) => reason)).toEqual(['the hidden sheet "Secret" is left out']);
  const tables = blocks.flatMap((block) => (block.type === "table" ? [block] : []));
  const words = tables.map(({ header, rows }) =>
    [...(header ? [header] : []), ...rows].map((row) => row.map(([a, b]) => text.slice(a, b))),
  );
  expect(words[0]?.map((row) => row.slice(0, 2))).toEqual(
    oracle.xlsx[0]?.map(([one, two]) => [one, two === "True" ? "TRUE" : two]),
  );
});

test("a presentation with the speaker's notes", async () => {
  const { shown, text } = await fixture("safety.pptx");
  expect(shown).toEqual([
    "slide 1",
    "h1 Safety first",
    "paragraph Wear a helmet",
    "-1 always",
    "paragraph Say it twice.",
    "slide 2",
    "h1 Numbers",
    "table with header: Q | A / 1 | one",
  ]);
  for (const words of oracle.pptx.flat()) expect(text).toContain(words);
});

test("an OpenDocument text", async () => {
  expect((await fixture("open.odt")).shown).toEqual([
    "h1 Open text",
    "paragraph Some words  apart\nbelow",
    "-0 dot",
    "-0 dash",
    "1.0 one",
    "table with header: Q | A / Why? | Because",
  ]);
});

/** As LibreOffice writes them: the kind first, not packed. */
const openDocument = (kind: string, body: string, styles = ""): Uint8Array =>
  zipSync({
    mimetype: [strToU8(`application/vnd.oasis.opendocument.${kind}`), { level: 0 }],
    "content.xml": strToU8(
      `<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:draw="d" xmlns:style="s" ` +
        `xmlns:presentation="p"><office:automatic-styles>${styles}</office:automatic-styles>` +
        `<office:body>${body}</office:body></office:document-content>`,
    ),
  });

test("an OpenDocument spreadsheet, hidden sheets left out", async () => {
  const cell = (text: string, type = "string", more = ""): string =>
    `<table:table-cell office:value-type="${type}" ${more}><text:p>${text}</text:p></table:table-cell>`;
  const row = (cells: string, more = ""): string =>
    `<table:table-row ${more}>${cells}<table:table-cell table:number-columns-repeated="16380"/></table:table-row>`;
  const styles =
    '<style:style style:name="ta1"><style:table-properties table:display="true"/></style:style>' +
    '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>';
  const sheet = (name: string, style: string, rows: string): string =>
    `<table:table table:name="${name}" table:style-name="${style}">${rows}` +
    `${row("", 'table:number-rows-repeated="1048000"')}</table:table>`;
  const note = "<office:annotation><text:p>a comment</text:p></office:annotation>";
  const bytes = openDocument(
    "spreadsheet",
    `<office:spreadsheet>${sheet("Questions", "ta1", row(cell("Question") + cell("When")) + row(cell('Why<text:s text:c="2"/>now?</text:p><text:p>Say') + cell("03.02.26", "date", 'office:date-value="2026-02-03"')) + row(`<table:covered-table-cell/>${cell("42,5 €", "currency")}`))}${sheet("Secret", "ta2", row(cell("hidden")))}${sheet("Numbers", "ta1", row(`<table:table-cell office:value-type="float">${note}<text:p>1</text:p></table:table-cell>`, 'table:number-rows-repeated="2"'))}</office:spreadsheet>`,
    styles,
  );
  for (const name of ["a.ods", "without-a-name"]) {
    const { kind, shown, notes } = await readDocument(name, bytes);
    expect(kind).toBe("ods");
    expect(shown).toEqual([
      "sheet 1",
      "h1 Questions",
      "table with header: Question | When / Why  now?\nSay | 2026-02-03 /  | 42,5 €",
      "sheet 2",
      "h1 Numbers",
      "table: 1 / 1",
    ]);
    expect(notes.map(({ reason }) => reason)).toEqual(['the hidden sheet "Secret" is left out']);
  }
});

test("an OpenDocument presentation with the speaker's notes", async () => {
  const frame = (what: string, text: string): string =>
    `<draw:frame presentation:class="${what}"><draw:text-box>${text}</draw:text-box></draw:frame>`;
  const p = (text: string): string => `<text:p>${text}</text:p>`;
  const item = (text: string): string => `<text:list-item>${text}</text:list-item>`;
  const bytes = openDocument(
    "presentation",
    `<office:presentation><draw:page>${frame("title", p("Safety first"))}${frame("outline", `<text:list>${item(p("Wear a <text:span>helmet</text:span>") + `<text:list>${item(p("always"))}</text:list>`)}</text:list>`)}${frame("page-number", p("7"))}${frame("footer", p("secret"))}<presentation:notes>${frame("notes", p("Say it twice."))}</presentation:notes></draw:page><draw:page>${frame("title", p("Numbers"))}<draw:frame><table:table><table:table-row><table:table-cell>${p("Q")}</table:table-cell><table:table-cell>${p("A")}</table:table-cell></table:table-row></table:table></draw:frame></draw:page></office:presentation>`,
  );
  for (const name of ["a.odp", "without-a-name"]) {
    const { kind, shown } = await readDocument(name, bytes);
    expect(kind).toBe("odp");
    expect(shown).toEqual([
      "slide 1",
      "h1 Safety first",
      "-0 Wear a helmet",
      "-1 always",
      "paragraph Say it twice.",
      "slide 2",
      "h1 Numbers",
      "table: Q | A",
    ]);
  }
});

test("a book, without its table of contents", async () => {
  expect((await fixture("book.epub")).shown).toEqual([
    "chapter 1",
    "h1 Chapter 1",
    "paragraph It was dark.",
    "chapter 2",
    "h1 Chapter 2",
    "paragraph “Who is there?” he asked.",
  ]);
});

const words = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

test("a PDF: wrapped lines are one, running heads and page numbers are left out", async () => {
  const { shown, notes, text, blocks } = await fixture("hearing.pdf");
  expect(shown.slice(0, 2)).toEqual(["page 1", "h1 Hearing on the budget"]);
  expect(blocks.filter(({ type }) => type === "division")).toHaveLength(oracle.pdf.length);
  expect(text).not.toMatch(/Minutes of the committee|Page \d/);
  expect(notes.map(({ code }) => code)).toEqual(["FT-SOURCE-017"]);
  const theirs = oracle.pdf.map((page) =>
    page.replaceAll(/Minutes of the committee|Page \d+/g, ""),
  );
  expect(words(text)).toBe(words(theirs.join(" ")));
  expect(text).toMatch(
    /\n1\. The committee asked about the budget for the coming year and the witness answered that it had not been settled, /,
  );
});

test("a PDF of lines that were broken on purpose keeps them", async () => {
  const { text } = await fixture("dialogue.pdf");
  expect(text.trim().split("\n")).toHaveLength(6);
  expect(text).toMatch(
    /^Q: Where is the manual\?\nA: In the drawer below the counter, next to the spare keys and lamps\.\nQ: Who/,
  );
});

test("columns of a PDF are read one after the other", async () => {
  const { text } = await fixture("columns.pdf");
  const first = text.indexOf("Line 20 has words of column 1");
  expect(first).toBeGreaterThan(0);
  expect(text.indexOf("Line 01 has words of column 2")).toBeGreaterThan(first);
});

test("a PDF of pictures has no text, and says so", async () => {
  const { text, notes } = await fixture("picture.pdf");
  expect(text).toBe("");
  expect(notes[0]?.reason).toMatch(/pictures, or empty/);
});

test.each([
  ["commas", 'Q,A\r\nwhy?,"because, ""so""\r\nit is"\r\n\r\n,x\n', "a.csv"],
  ["semicolons", 'Q;A\nwhy?;"because, ""so""\nit is"\n;x', "a.csv"],
  ["what a spreadsheet says", 'sep=|\nQ|A\nwhy?|"because, ""so""\nit is"\n|x', "a.csv"],
  ["tabs", 'Q\tA\nwhy?\t"because, ""so""\nit is"\n\tx', "a.tsv"],
])("a table separated by %s", async (_, text, name) => {
  const { shown, text: read } = await readDocument(name, text);
  expect(shown).toEqual(['table with header: Q | A / why? | because, "so"\nit is /  | x']);
  expect(read).toBe('Q\tA\nwhy?\tbecause, "so"\nit is\n\tx\n');
});

test("a table in any pieces is the same", async () => {
  const text = `id,words\n${Array.from({ length: 60_000 }, (_, row) => `${row},"a ""b"" ${row}\nc"`).join("\n")}`;
  const { blocks, text: read, parts } = await readDocument("a.csv", text);
  const rows = blocks.flatMap((block) => (block.type === "table" ? block.rows : []));
  expect(rows).toHaveLength(60_000);
  expect(parts.length).toBeGreaterThan(1);
  for (const row of [0, 31_234, 59_999]) {
    const cells = rows[row]?.map(([start, end]) => read.slice(start, end));
    expect(cells).toEqual([String(row), `a "b" ${row}\nc`]);
  }
});

test("rows of JSON: conversations by their form, else their texts", async () => {
  const rows = [
    {
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
        { role: "assistant", content: [{ type: "text", text: "Hello" }] },
      ],
    },
    {
      conversations: [
        { from: "human", value: "1+1?" },
        { from: "gpt", value: "2" },
      ],
    },
    { instruction: "Add", input: "1 and 2", output: "3" },
    { question: "Why?", answer: "Because" },
    { title: "A text", number: 5, body: { text: "of two lines\nin all" } },
  ];
  const expected = [
    "message 1 system: Be kind.",
    "message 1 user: Hi",
    "message 1 assistant: Hello",
    "message 2 user: 1+1?",
    "message 2 assistant: 2",
    "message 3 user: Add + 1 and 2",
    "message 3 assistant: 3",
    "message 4 user: Why?",
    "message 4 assistant: Because",
    "paragraph A text",
    "paragraph of two lines\nin all",
  ];
  expect((await readDocument("a.json", JSON.stringify(rows))).shown).toEqual(expected);
  expect((await readDocument("a.json", JSON.stringify({ data: rows }))).shown).toEqual(expected);
  const lines = rows.map((row) => JSON.stringify(row)).join("\n");
  expect((await readDocument("a.jsonl", lines)).shown).toEqual(expected);
  const broken = await readDocument("a.jsonl", `{"text": "one"}\n{broken\n\n{"text": "two"}\n`);
  expect(broken.shown).toEqual(["paragraph one", "paragraph two"]);
  expect(broken.notes.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^line 2 is left out/),
  ]);
});
