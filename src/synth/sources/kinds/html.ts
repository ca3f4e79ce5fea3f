// Web pages: what a reader of the page would read, with its structure, and the questions and answers that it carries
// as data and does not show. Scripts and styles are dropped.
import { DocumentBuilder } from "../document-builder.ts";
import type { SourceInput, SourceReader } from "../reader.ts";
import type { SourcePart } from "../types.ts";
import { type FaqPair, faqPairs } from "./faq-data.ts";
import { HtmlText } from "./html-text.ts";

/** Written at once; between, parts are given. */
const PIECE_CHARACTERS = 1 << 16;

/** The encoding that a page names in its first kilobyte, where it has no byte-order mark. */
function namedEncoding(head: Uint8Array): string | undefined {
  const text = Buffer.from(head.subarray(0, 1024)).toString("latin1");
  return /<meta[^>]{0,200}charset\s{0,8}=\s{0,8}["']?([\w-]{1,40})/i.exec(text)?.[1];
}

async function pageText(input: SourceInput): Promise<string> {
  const bytes = await input.bytes();
  const named = namedEncoding(bytes)?.toLowerCase();
  const isMarked = bytes[0] === 0xef || bytes[0] === 0xff || bytes[0] === 0xfe;
  if (isMarked || named === undefined || named === "utf-8" || named === "utf8") return input.text();
  return input.text(named);
}

/** HTML as text without structure: what an answer in data is. */
function plain(html: string, nesting: number): string {
  const builder = new DocumentBuilder();
  new HtmlText(builder, nesting).write(html, true);
  return [...builder.finish()]
    .map(({ text }) => text)
    .join("")
    .trim();
}

const sameWords = (text: string): string => text.replaceAll(/\s+/g, " ").trim().toLowerCase();

function addPair(builder: DocumentBuilder, { question, answer }: FaqPair): void {
  builder.open({ type: "terms" });
  builder.open({ type: "term" });
  builder.inline(question);
  builder.close();
  builder.open({ type: "definition" });
  builder.verbatim(answer);
  builder.close();
  builder.close();
}

/** What is a heading or a term of the page already. */
function* shownIn(part: SourcePart): Generator<string> {
  for (const block of part.blocks) {
    if (block.type !== "heading" && block.type !== "term") continue;
    const [start, end] = block.type === "term" ? block.term : block.span;
    yield sameWords(part.text.slice(start - part.start, end - part.start));
  }
}

async function* readHtml(input: SourceInput): AsyncGenerator<SourcePart> {
  yield* htmlParts(await pageText(input), input.limits.nesting);
}

/** The parts of a whole page. @throws DataError FT-SOURCE-005 for elements nested too deep. */
export function* htmlParts(html: string, nesting: number): Generator<SourcePart> {
  const builder = new DocumentBuilder();
  const pairs: FaqPair[] = [];
  const shown = new Set<string>();
  const page = new HtmlText(builder, nesting, {
    onData: (type, text) => {
      if (type === "application/ld+json") pairs.push(...faqPairs(text));
    },
  });
  const given = function* (parts: Iterable<SourcePart>): Generator<SourcePart> {
    for (const part of parts) {
      for (const words of shownIn(part)) shown.add(words);
      yield part;
    }
  };
  for (let at = 0; at < html.length; at += PIECE_CHARACTERS) {
    const isLast = at + PIECE_CHARACTERS >= html.length;
    page.write(html.slice(at, at + PIECE_CHARACTERS), isLast);
    yield* given(builder.ready());
  }
  if (pairs.length > 0) yield* given(builder.flush());
  for (const pair of pairs) {
    const question = plain(pair.question, nesting);
    if (!shown.has(sameWords(question)))
      addPair(builder, { question, answer: plain(pair.answer, nesting) });
  }
  yield* builder.finish();
}

function isHtml(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 1024)).toString("latin1").trimStart().toLowerCase();
  return text.startsWith("<!doctype html") || text.startsWith("<html");
}

export const htmlReader: SourceReader = {
  about: "web pages: headings, lists, tables, definitions, FAQ data",
  extensions: ["html", "htm", "xhtml"],
  container: true,
  recognises: (name, head) =>
    isHtml(head) ? 0.8 : /\.x?html?$/i.test(name) && !head.includes(0) ? 0.5 : 0,
  read: readHtml,
};
