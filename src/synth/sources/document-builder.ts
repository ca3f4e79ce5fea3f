// Builds the text of a container and its blocks from what a reader meets in order: blocks that open and close, text
// between. It alone decides how blocks are set apart in the text: a blank line between blocks, a line break between
// items, rows and what a cell holds, a tab between cells. Knows no format.
import { PART_CHARACTERS } from "./parts.ts";
import type { Block, Division, SaidMessage, SourcePart, Span } from "./types.ts";

type OpenBlock =
  | { readonly type: "heading"; readonly level: number }
  | { readonly type: "paragraph" }
  | { readonly type: "item"; readonly ordered: boolean; readonly depth: number }
  | { readonly type: "code" }
  /** As in ListItem and Quote, 0 is the outermost. */
  | { readonly type: "quote"; readonly depth: number }
  | { readonly type: "table" }
  | { readonly type: "row"; readonly isHeader: boolean }
  | { readonly type: "cell"; readonly isHeader?: boolean }
  /** Terms and what is said of them. */
  | { readonly type: "terms" }
  | { readonly type: "term" }
  | { readonly type: "definition" };

/** A block that is open. All have all fields, so that the millions of cells of a table are quick. */
class OpenFrame {
  readonly block: OpenBlock;
  readonly type: OpenBlock["type"];
  /** Where its text begins; unknown until it has some. */
  start: number | undefined = undefined;
  /** Set when what follows is no longer its own: an item whose nested list begins. */
  end: number | undefined = undefined;
  /** Of a table. */
  rows: Span[][] = none;
  header: Span[] | undefined = undefined;
  columns: string[] | undefined = undefined;
  /** Of a row. */
  cells: Span[] = none;
  hasPlainCell = false;
  /** Of terms. */
  term: Span | undefined = undefined;
  definitions: Span[] | undefined = undefined;

  constructor(block: OpenBlock) {
    this.block = block;
    this.type = block.type;
    if (block.type === "table") this.rows = [];
    if (block.type === "row") this.cells = [];
  }
}

/** What a block has that never has any. */
const none: never[] = [];

/** Where a table is cut in two: what is read behind it knows its columns still. */
const LONGEST_TABLE = PART_CHARACTERS * 4;

type Separation = "" | "\t" | "\n" | "\n\n";

export class DocumentBuilder {
  #pieces: string[] = [];
  #partStart = 0;
  #position = 0;
  /** Behind the last text that is not space. */
  #textEnd = 0;
  /** Space that is written only when text of the same block follows. */
  #space = "";
  /** What stands between what was written and what comes. */
  #separation: Separation = "";
  #blocks: Block[] = [];
  readonly #ended: SourcePart[] = [];
  readonly #frames: OpenFrame[] = [];
  #waiting: Omit<Division, "span">[] = [];

  get position(): number {
    return this.#position;
  }

  get depth(): number {
    return this.#frames.length;
  }

  #write(text: string): void {
    this.#pieces.push(text);
    this.#position += text.length;
  }

  #separate(by: Separation): void {
    this.#space = "";
    if (by.length > this.#separation.length) this.#separation = by;
  }

  /** A new block begins or an old one has ended: within cells and items they stand closer, and at their beginning. */
  #between(): Separation {
    const holder = this.#frames.findLast(({ type }) => type !== "paragraph" && type !== "quote");
    if (holder === undefined) return "\n\n";
    if (["cell", "item", "term"].includes(holder.type))
      return holder.start === undefined ? "" : "\n";
    return holder.type === "row" || holder.type === "table" ? "\n" : "\n\n";
  }

  /** Where nothing stands yet, nothing needs setting apart. */
  #settle(): void {
    if (this.#separation !== "" && this.#position > 0) this.#write(this.#separation);
    this.#separation = "";
    for (const division of this.#waiting)
      this.#blocks.push({ ...division, span: [this.#position, this.#position] });
    this.#waiting = [];
  }

  #begin(text: string): void {
    this.#settle();
    if (this.#space !== "" && this.#position > 0) this.#write(this.#space);
    this.#space = "";
    this.#start();
    this.#write(text);
    this.#textEnd = this.#position;
  }

  /** Blocks that had no text yet begin here; where an inner one has begun, the outer ones have. */
  #start(): void {
    for (let at = this.#frames.length - 1; at >= 0; at--) {
      const frame = this.#frames[at];
      if (frame === undefined || frame.start !== undefined) return;
      frame.start = this.#position;
    }
  }

  /** Text of a line: space of any length is one space, and none at the ends of a block. */
  inline(text: string): void {
    const even = text.replaceAll(/[ \t\n\r\f]+/g, " ");
    const [first, last] = [even.startsWith(" ") ? 1 : 0, even.endsWith(" ") ? 1 : 0];
    if (first === 1) this.#spaceBetween();
    if (even.length > first) this.#begin(even.slice(first, even.length - last));
    if (last === 1) this.#spaceBetween();
  }

  #spaceBetween(): void {
    if (this.#hasText()) this.#space ||= " ";
  }

  /** Text whose space counts; a line break at its end waits for more. */
  verbatim(text: string): void {
    const plain = text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
    let end = plain.length;
    while (end > 0 && plain.charCodeAt(end - 1) === 0x0a) end--;
    if (end > 0) this.#begin(plain.slice(0, end));
    if (this.#hasText()) this.#space += plain.slice(end);
  }

  lineBreak(): void {
    if (this.#hasText()) this.#space = "\n";
  }

  /** Whether the innermost open block has text. */
  #hasText(): boolean {
    const frame = this.#frames.at(-1);
    return frame === undefined ? false : frame.start !== undefined && this.#separation === "";
  }

  open(block: OpenBlock): void {
    if (block.type === "item") this.#openItem();
    else if (block.type === "row") this.#separate("\n");
    else if (block.type === "cell") this.#openCell();
    else if (block.type === "definition") this.#separate("\n");
    else this.#separate(this.#between());
    this.#frames.push(new OpenFrame(block));
  }

  #openItem(): void {
    const outer = this.#innermost("item");
    if (outer?.start !== undefined) outer.end ??= this.#textEnd;
    this.#separate(
      this.#lastBlock() === "list-item" || outer !== undefined ? "\n" : this.#between(),
    );
  }

  #lastBlock(): string | undefined {
    return this.#blocks.at(-1)?.type;
  }

  /** A cell begins where it stands, with text or without. */
  #openCell(): void {
    const isFirst = (this.#innermost("row")?.cells.length ?? 0) === 0;
    if (isFirst) this.#settle();
    else {
      this.#separation = "";
      this.#write("\t");
    }
    this.#space = "";
  }

  /** Closes the innermost open block. */
  close(): void {
    this.endEntry();
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    if (frame.type === "cell") this.#closeCell(frame);
    else if (frame.type === "row") this.#closeRow(frame);
    else this.#closeBlock(frame);
  }

  #innermost(wanted: OpenBlock["type"]): OpenFrame | undefined {
    for (let at = this.#frames.length - 1; at >= 0; at--)
      if (this.#frames[at]?.type === wanted) return this.#frames[at];
    return undefined;
  }

  #closeCell({ start, block }: OpenFrame): void {
    this.#separation = "";
    this.#space = "";
    const row = this.#innermost("row");
    const span: Span =
      start === undefined ? [this.#position, this.#position] : [start, this.#textEnd];
    if (row === undefined) return;
    row.cells.push(span);
    if (block.type === "cell" && block.isHeader !== true) row.hasPlainCell = true;
  }

  /** A row of heads alone is a header, too. */
  #closeRow({ cells, block, hasPlainCell }: OpenFrame): void {
    const table = this.#innermost("table");
    if (table === undefined || cells.length === 0) return;
    const isHeader = (block.type === "row" && block.isHeader) || !hasPlainCell;
    if (isHeader && table.columns === undefined && table.rows.length === 0) {
      table.header = cells;
      table.columns = cells.map((cell) => this.slice(cell));
      table.start ??= cells[0]?.[0] ?? this.#position;
    } else table.rows.push(cells);
    this.#separate("\n");
    if (this.#position - this.#partStart > LONGEST_TABLE && this.#frames.length === 1)
      this.#cutTable(table);
  }

  #cutTable(table: OpenFrame): void {
    this.#closeBlock(table);
    table.start = undefined;
    table.header = undefined;
    table.rows = [];
    this.#separation = "\n";
    this.#endPart();
  }

  #closeBlock(frame: OpenFrame): void {
    const { start, end = this.#textEnd } = frame;
    if (start !== undefined) this.#emit(frame, [start, end]);
    this.#separate(frame.type === "item" || frame.type === "term" ? "\n" : this.#between());
  }

  #emit(frame: OpenFrame, span: Span): void {
    const block = blockOf(frame, span);
    if (block !== undefined && !(block.type === "paragraph" && this.#isWithin()))
      this.#blocks.push(block);
    if (frame.type !== "term" && frame.type !== "definition") return;
    const terms = this.#innermost("terms");
    if (terms === undefined) return;
    if (frame.type === "definition") (terms.definitions ??= []).push(span);
    else this.#nextTerm(terms, span);
  }

  /** Paragraphs of items, cells and definitions are these, and no blocks of their own. */
  #isWithin(): boolean {
    return this.#frames.some(({ type }) =>
      ["item", "cell", "term", "definition", "heading"].includes(type),
    );
  }

  /** A term behind definitions begins the next entry; one behind a term is another name for the same. */
  #nextTerm(terms: OpenFrame, span: Span): void {
    if (terms.definitions !== undefined) this.#endEntry(terms);
    terms.term = terms.term === undefined ? span : [terms.term[0], span[1]];
  }

  #endEntry(terms: OpenFrame): void {
    const { term, definitions = [] } = terms;
    const last = definitions.at(-1);
    if (term !== undefined && last !== undefined)
      this.#blocks.push({ type: "term", span: [term[0], last[1]], term, definitions });
    terms.term = undefined;
    terms.definitions = undefined;
  }

  /** What is being said of a term ends here, where the innermost open block holds terms. */
  endEntry(): void {
    const frame = this.#frames.at(-1);
    if (frame?.type === "terms") this.#endEntry(frame);
  }

  /** What someone says, in slices one below the other. */
  said(texts: readonly string[], fields: Omit<SaidMessage, "type" | "span" | "spans">): void {
    this.#separate(this.#between());
    const spans: Span[] = [];
    for (const text of texts) {
      this.#separate("\n");
      const frame = new OpenFrame({ type: "paragraph" });
      this.#frames.push(frame);
      this.verbatim(text);
      this.#frames.pop();
      if (frame.start !== undefined) spans.push([frame.start, this.#textEnd]);
    }
    const [first, last] = [spans[0], spans.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#blocks.push({ type: "message", span: [first[0], last[1]], spans, ...fields });
    this.#separate(this.#between());
  }

  division(name: Division["name"], number: number): void {
    this.#separate(this.#between());
    this.#waiting.push({ type: "division", name, number });
  }

  /** Of what has not been given yet. */
  slice([start, end]: Span): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join("")];
    const [text = ""] = this.#pieces;
    return text.slice(start - this.#partStart, end - this.#partStart);
  }

  /** What may be given now: parts end between blocks. */
  *ready(): Generator<SourcePart> {
    if (this.#frames.length === 0 && this.#position - this.#partStart >= PART_CHARACTERS)
      this.#endPart();
    yield* this.#ended.splice(0);
  }

  /** All there is, when no block is open. */
  *flush(): Generator<SourcePart> {
    if (this.#frames.length === 0) this.#endPart();
    yield* this.#ended.splice(0);
  }

  #endPart(): void {
    if (this.#pieces.length === 0) return;
    // the first line break of those that set the next block apart ends this part
    if (this.#separation !== "") this.#write("\n");
    this.#separation = this.#separation === "\n\n" ? "\n" : "";
    const text = this.#pieces.join("");
    const blocks = this.#blocks.toReversed().toSorted(inOrder);
    this.#ended.push({ start: this.#partStart, text, blocks });
    this.#partStart = this.#position;
    this.#pieces = [];
    this.#blocks = [];
  }

  /** Closes what is open and gives the rest. */
  *finish(): Generator<SourcePart> {
    while (this.#frames.length > 0) this.close();
    this.#waiting = [];
    this.#separation = "\n";
    this.#endPart();
    yield* this.#ended.splice(0);
  }
}

/** Outer blocks before those in them, which have ended earlier; divisions before all that they begin. */
function inOrder(one: Block, other: Block): number {
  if (one.span[0] !== other.span[0]) return one.span[0] - other.span[0];
  if (one.type === "division" && other.type === "division") return one.number - other.number;
  if (one.type === "division") return -1;
  return other.type === "division" ? 1 : other.span[1] - one.span[1];
}

function blockOf({ block, header, columns, rows }: OpenFrame, span: Span): Block | undefined {
  switch (block.type) {
    case "heading":
      return { type: "heading", span, level: block.level };
    case "item":
      return { type: "list-item", span, depth: block.depth, ordered: block.ordered };
    case "quote":
      return { type: "quote", span, depth: block.depth };
    case "paragraph":
    case "code":
      return { type: block.type, span };
    case "table":
      return { type: "table", span, ...(header && { header }), ...(columns && { columns }), rows };
    case "row":
    case "cell":
    case "terms":
    case "term":
    case "definition":
      return undefined;
  }
}
