// PDF documents by pdf.js: its pieces of text become lines and paragraphs here, a division a page. Pages are taken in
// batches, within which running heads are told from text. Pictures of text are not read.
import { DocumentBuilder } from "../../document-builder.ts";
import { beyondLimit, damaged, protectedSource } from "../../errors.ts";
import type { SourceInput, SourceReader } from "../../reader.ts";
import type { SourcePart } from "../../types.ts";
import { withoutFurniture } from "./furniture.ts";
import { refusePackedBombs } from "./guard.ts";
import { type Line, linesOf, type Piece } from "./lines.ts";
import { blocksOf, bodySize, Vocabulary } from "./paragraphs.ts";

type Document = Awaited<ReturnType<(typeof import("unpdf"))["getDocumentProxy"]>>;

const BATCH_PAGES = 64;
/** Many pages of less are no document. */
const SMALLEST_PAGE = 500;
const FEW_PAGES = 1000;
const NOTED_HEADS = 5;

async function openDocument(bytes: Uint8Array): Promise<Document> {
  const { getDocumentProxy } = await import("unpdf");
  const settings = { isEvalSupported: false, verbosity: 0, disableFontFace: true };
  try {
    // the parser takes the bytes for itself
    return await getDocumentProxy(Uint8Array.from(bytes), settings);
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException")
      throw protectedSource("encrypted with a password");
    throw damaged(error instanceof Error ? error.message : String(error), error);
  }
}

function refuseManyPages(pages: number, { size, limits }: SourceInput): void {
  if (pages > limits.pages) throw beyondLimit(`${pages} pages, more than ${limits.pages}`);
  if (pages > FEW_PAGES && size / pages < SMALLEST_PAGE)
    throw beyondLimit(`${pages} pages in a file of ${size} bytes`);
}

interface TextItem {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
}

function pieceOf({ str: text, transform, width }: TextItem): Piece {
  const [, , c = 0, d = 0, x = 0, y = 0] = transform;
  return { text, x, y, width, size: Math.hypot(c, d) };
}

async function pageLines(document: Document, number: number): Promise<Line[]> {
  const page = await document.getPage(number);
  const { items } = await page.getTextContent();
  page.cleanup();
  return linesOf(items.flatMap((item) => ("str" in item ? [pieceOf(item as TextItem)] : [])));
}

/** What is known of a document while it is read. */
class PdfText {
  readonly #builder: DocumentBuilder;
  readonly #words = new Vocabulary();
  readonly #sizes: number[] = [];
  readonly heads = new Set<string>();

  constructor(builder: DocumentBuilder) {
    this.#builder = builder;
  }

  /** Adds pages that follow each other, the first of number `first`. */
  add(pages: readonly Line[][], first: number): void {
    const { pages: kept, left } = withoutFurniture(pages);
    for (const head of left) this.heads.add(head);
    for (const page of kept) this.#words.add(page);
    const body = bodySize(kept);
    kept.forEach((page, index) => {
      this.#builder.division("page", first + index);
      for (const { level, text } of blocksOf(page, body, this.#words, this.#sizes)) {
        this.#builder.open(level > 0 ? { type: "heading", level } : { type: "paragraph" });
        this.#builder.verbatim(text);
        this.#builder.close();
      }
    });
  }
}

/** A part without text says that reading goes on. */
const alive: SourcePart = { start: 0, text: "", blocks: [] };

async function* readPdf(input: SourceInput): AsyncGenerator<SourcePart> {
  const bytes = await input.bytes();
  refusePackedBombs(bytes, input.limits);
  const document = await openDocument(bytes);
  refuseManyPages(document.numPages, input);
  const builder = new DocumentBuilder();
  const text = new PdfText(builder);
  const withoutText: number[] = [];
  for (let first = 1; first <= document.numPages; first += BATCH_PAGES) {
    const pages: Line[][] = [];
    for (
      let number = first;
      number < first + BATCH_PAGES && number <= document.numPages;
      number++
    ) {
      pages.push(await pageOrNote(document, number, input));
      if (pages.at(-1)?.length === 0) withoutText.push(number);
      yield alive;
    }
    text.add(pages, first);
    yield* builder.ready();
  }
  noteWhatIsMissing(input, withoutText, document.numPages, text.heads);
  yield* builder.finish();
  await document.destroy();
}

/** A page that cannot be read costs itself. */
async function pageOrNote(document: Document, number: number, input: SourceInput): Promise<Line[]> {
  try {
    return await pageLines(document, number);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    input.note({
      code: "FT-SOURCE-015",
      reason: `page ${number} is left out: ${why.slice(0, 200)}`,
    });
    return [];
  }
}

function noteWhatIsMissing(
  input: SourceInput,
  withoutText: readonly number[],
  pages: number,
  heads: ReadonlySet<string>,
): void {
  if (withoutText.length === pages)
    input.note({ code: "FT-SOURCE-016", reason: "its pages are pictures, or empty" });
  else if (withoutText.length > 0) {
    const numbers = withoutText.slice(0, 20).join(", ");
    input.note({
      code: "FT-SOURCE-016",
      reason: `pages without text, pictures perhaps: ${numbers}`,
    });
  }
  const shown = [...heads].slice(0, NOTED_HEADS).map((head) => JSON.stringify(head.slice(0, 80)));
  if (shown.length > 0)
    input.note({
      code: "FT-SOURCE-017",
      reason: `running heads are left out: ${shown.join(", ")}`,
    });
}

const isPdf = (head: Uint8Array): boolean => Buffer.from(head.subarray(0, 1024)).includes("%PDF-");

export const pdfReader: SourceReader = {
  about: "PDF documents with text",
  extensions: ["pdf"],
  container: true,
  recognises: (_, head) => (isPdf(head) ? 0.95 : 0),
  read: readPdf,
};
