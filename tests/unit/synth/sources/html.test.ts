// Web pages as text with blocks: each block's slice of the text is what it says it is.
import { expect, test } from "vitest";
import { readDocument } from "../../../support/read-source.ts";

const faq = {
  "@type": "FAQPage",
  mainEntity: [
    {
      "@type": "Question",
      name: "Only in data?",
      acceptedAnswer: { "@type": "Answer", text: "<p>Yes &amp; <b>no</b></p>" },
    },
    { "@type": "Question", name: "What  is it?", acceptedAnswer: { text: "Shown already" } },
  ],
};

const page = `<!doctype html><html><head><title>T</title><style>p{}</style>
<script>var a = "<p>no</p>";</script>
<script type="application/ld+json">${JSON.stringify(faq)}</script></head><body>
<h1>Title &mdash; one</h1><p>First   para<br>with a <b>bold</b> word.<p>Second
<h2>What is it?</h2><div>It is <i>a thing</i>.</div>
<ul><li>one<li>two <p>more</p><ol><li>inner</ol></li><li><div>three</div></li></ul>
<blockquote>Quoted <p>Para</p><blockquote>deeper</blockquote></blockquote>
<pre>
code  line
  indented
</pre>
<table><caption>Cap</caption><thead><tr><th>Q<th>A</thead><tr><td>q1<td>a1 <p>x</p><tr><td><td>a2</table>
<table><tr><th>N</th><th>V</th></tr><tr><td>1</td><td>2</td></tr></table>
<table><tr><th>N</th><td>1</td></tr></table>
<dl><dt>Term<dd>Def<dt>Other<dt>Name<dd>D2<dd>D3</dl>
<details><summary>Ask?</summary>Answer<p>More</p></details>tail<svg><text>no</text></svg></body></html>`;

test("blocks of a page, and questions that it carries as data alone", async () => {
  const { text, shown, kind } = await readDocument("page.html", page);
  expect(kind).toBe("html");
  expect(shown).toEqual([
    "h1 Title — one",
    "paragraph First para\nwith a bold word.",
    "paragraph Second",
    "h2 What is it?",
    "paragraph It is a thing.",
    "-0 one",
    "-0 two\nmore",
    "1.1 inner",
    "-0 three",
    "quote0 Quoted\n\nPara\n\ndeeper",
    "paragraph Quoted",
    "paragraph Para",
    "quote1 deeper",
    "paragraph deeper",
    "code code  line\n  indented",
    "table with header: Q | A / q1 | a1\nx /  | a2",
    "paragraph Cap",
    "table with header: N | V / 1 | 2",
    "table: N | 1",
    "term Term = Def",
    "term Other\n\nName = D2 | D3",
    "term Ask? = Answer\n\nMore",
    "paragraph tail",
    "term Only in data? = Yes & no",
  ]);
  expect(text).toMatch(/^Title — one\n\nFirst para\nwith a bold word\.\n\nSecond\n\n/);
  expect(text).not.toMatch(/no<|\bvar\b|\{\}/);
});

test("the encoding that a page names is used", async () => {
  const named = Buffer.from(
    '<meta charset="windows-1251"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>',
    "latin1",
  );
  expect((await readDocument("a.html", named)).text).toBe("Привет\n");
});

test("a long table comes as several, each knowing its columns", async () => {
  const row = `<tr><td>${"question ".repeat(40)}</td><td>answer</td></tr>`;
  const html = `<table><tr><th>Q</th><th>A</th></tr>${row.repeat(4000)}</table><p>after</p>`;
  const { blocks, parts, shown } = await readDocument("a.html", html);
  const tables = blocks.flatMap((block) => (block.type === "table" ? [block] : []));
  expect(tables.length).toBeGreaterThan(2);
  expect(tables.flatMap(({ rows }) => rows)).toHaveLength(4000);
  for (const { columns } of tables) expect(columns).toEqual(["Q", "A"]);
  expect(shown.at(-1)).toBe("paragraph after");
  expect(parts.length).toBeGreaterThan(2);
  let at = 0;
  for (const { start, text, blocks: own } of parts) {
    expect(start).toBe(at);
    at += text.length;
    expect(text.endsWith("\n")).toBe(true);
    for (const { span } of own) expect(start <= span[0] && span[1] <= at).toBe(true);
  }
});
