// Chunks: exact slices, within their budget, cut where structure says, and nothing lost between them.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Chunk, type ChunkOptions, chunksOf } from "../../../../src/synth/chunks/chunks.ts";
import { readDocument } from "../../../support/read-source.ts";

async function chunked(
  name: string,
  text: string,
  options: ChunkOptions,
): Promise<{ chunks: Chunk[]; text: string }> {
  const document = await readDocument(name, text);
  const chunks: Chunk[] = [];
  for await (const chunk of chunksOf(document.parts, options)) chunks.push(chunk);
  return { chunks, text: document.text };
}

function expectSound({ chunks, text }: { chunks: Chunk[]; text: string }, most: number): void {
  let end = 0;
  for (const { span, text: piece } of chunks) {
    expect(text.slice(...span)).toBe(piece);
    expect(piece.length).toBeLessThanOrEqual(most);
    expect(piece.trim()).toBe(piece);
    expect(text.slice(end, span[0]).trim()).toBe("");
    end = span[1];
  }
  expect(text.slice(end).trim()).toBe("");
}

test.each([50, 300, 1000, 5000])("a page of Markdown in pieces of %i characters", async (most) => {
  const text = readFileSync("docs/rows.md", "utf8");
  const found = await chunked("a.md", text, { most });
  expectSound(found, most);
  expect(found.chunks.length).toBeGreaterThanOrEqual(Math.ceil(text.length / most));
});

const handbook = `# Handbook

Some words to begin with. ${"They go on for a while. ".repeat(6)}

## Reset

Hold the button. Then let go.

| Q | A |
|---|---|
| why is that so and not otherwise | because |
| how does one do it then | like this |

## Code

\`\`\`js
const one = 1;
const two = 2;
const three = one + two;
\`\`\`

The end of it.
`;

test("pieces end before headings and keep tables' rows and code whole", async () => {
  const { chunks, text } = await chunked("a.md", handbook, { most: 260 });
  expectSound({ chunks, text }, 260);
  expect(chunks.map((chunk) => chunk.text.split("\n")[0])).toEqual(["# Handbook", "## Reset"]);
  expect(chunks.map(({ headings }) => headings)).toEqual([[], ["Handbook"]]);
  const narrow = await chunked("a.md", handbook, { most: 90 });
  expectSound(narrow, 90);
  const code = narrow.chunks.find((chunk) => chunk.text.includes("const one"));
  expect(code?.text).toMatch(
    /```js\nconst one = 1;\nconst two = 2;\nconst three = one \+ two;\n```/,
  );
  expect(code?.headings).toEqual(["Handbook", "Code"]);
  const row = narrow.chunks.find((chunk) => chunk.text.includes("why is that"));
  expect(row?.text).toContain("| why is that so and not otherwise | because |");
});

test("sentences, else words, else characters; no pair of surrogates is cut", async () => {
  const sentences = "One sentence is here. Another one follows it! Is this a third? Yes.";
  const { chunks } = await chunked("a.txt", sentences, { most: 40 });
  expect(chunks.map((chunk) => chunk.text)).toEqual([
    "One sentence is here.",
    "Another one follows it! Is this a third?",
    "Yes.",
  ]);
  const long = "a" + "😀".repeat(50);
  const cut = await chunked("a.txt", long, { most: 10 });
  expectSound(cut, 10);
  for (const { text } of cut.chunks) expect(text).not.toMatch(/\p{Cs}/u);
  expect(
    (await chunked("a.txt", "这是一句。这是另一句！还有一句？", { most: 7 })).chunks.map(
      ({ text }) => text,
    ),
  ).toEqual(["这是一句。", "这是另一句！", "还有一句？"]);
});

test("a measure of one's own, and what pieces repeat", async () => {
  const text = Array.from({ length: 40 }, (_, line) => `Line number ${line} of the text.`).join(
    "\n",
  );
  const words = (piece: string): number => piece.split(/\s+/).filter((word) => word !== "").length;
  const { chunks } = await chunked("a.txt", text, { most: 30, measure: words, overlap: 12 });
  for (const { text: piece } of chunks) expect(words(piece)).toBeLessThanOrEqual(30);
  for (const [index, { span }] of chunks.entries()) {
    const before = chunks[index - 1];
    if (before === undefined) continue;
    const repeated = text.slice(span[0], before.span[1]);
    expect(words(repeated)).toBe(12);
    expect(span[0]).toBeGreaterThan(before.span[0]);
  }
});

test("a document of many parts is cut as it comes", async () => {
  const found = await chunked("a.md", `${handbook}\n`.repeat(600), { most: 400 });
  expectSound(found, 400);
  expect(found.chunks.length).toBeGreaterThanOrEqual(900);
});
