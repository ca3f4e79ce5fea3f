// Blocks of Markdown, line by line: the structure of CommonMark with GitHub's tables, in one pass at bounded memory
// and in linear time whatever the text, which parsers that build a tree do not give. What stands in a line is not
// looked at. Offsets are those of the text itself.
import type { Block, Span } from "../types.ts";
import {
  cellsOf,
  closesFence,
  columnsAt,
  type Fence,
  fenceAt,
  headingAt,
  htmlAt,
  indentAt,
  isBlank,
  isThematicBreak,
  type Marker,
  markerAt,
  pastColumns,
  trimmedEnd,
  underlineAt,
} from "./markdown-lines.ts";

interface Quote {
  readonly type: "quote";
  readonly depth: number;
  start: number;
  end: number;
}

interface Item {
  readonly type: "item";
  readonly depth: number;
  readonly marker: Marker;
  readonly indent: number;
  start: number;
  end: number;
  /** Nothing is its own any more behind its first nested list. */
  hasList: boolean;
}

type Container = Quote | Item;

type Leaf =
  | {
      readonly type: "paragraph";
      start: number;
      end: number;
      lastLine: PlacedLine;
      isLinks: boolean;
    }
  | { readonly type: "fence"; readonly fence: Fence; start: number; end: number }
  | { readonly type: "indented"; start: number; end: number }
  | { readonly type: "html"; readonly until: string; start: number; end: number }
  | { readonly type: "front"; lines: number }
  | {
      readonly type: "table";
      start: number;
      end: number;
      header: Span[];
      columns: string[];
      rows: Span[][];
    };

/** A line without its end, where its content begins behind what containers take, and where it stands in the text. */
interface PlacedLine {
  readonly line: string;
  readonly at: number;
  readonly offset: number;
}

/** Deeper, `>` and `-` are text. */
const DEEPEST = 12;
const LONGEST_FRONT = 200;

export class MarkdownBlocks {
  #blocks: Block[] = [];
  readonly #containers: Container[] = [];
  #leaf: Leaf | undefined;
  #isFirst = true;

  /** Whether the text may be cut behind the last line. */
  get isBetween(): boolean {
    return this.#containers.length === 0 && this.#leaf === undefined;
  }

  /** The next line, without its end; `offset` is where it begins. */
  line(line: string, offset: number): void {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst && line === "---") this.#leaf = { type: "front", lines: 0 };
    else if (this.#leaf?.type === "front") this.#front(this.#leaf, line);
    else this.#contained(line, offset);
  }

  /** Facts about the document, in YAML between lines of dashes, are none of its text's structure. */
  #front(front: Extract<Leaf, { type: "front" }>, line: string): void {
    const isOver = ["---", "..."].includes(trimmed(line)) || ++front.lines > LONGEST_FRONT;
    const isNone = front.lines === 1 && !/^[#\w]/.test(line);
    if (isOver || isNone) this.#leaf = undefined;
  }

  #contained(line: string, offset: number): void {
    const { matched, at } = this.#match(line);
    const isWhole = matched === this.#containers.length;
    if (isWhole && this.#goesOn({ line, at, offset })) return;
    if (!isWhole) {
      if (this.#isLazy(line, at)) return this.#lengthen({ line, at, offset });
      this.#closeTo(matched);
    }
    this.#content(this.#opened({ line, at, offset }));
  }

  /** How many of the open containers the line stands in. */
  #match(line: string): { matched: number; at: number } {
    let [at, matched] = [0, 0];
    for (const container of this.#containers) {
      const { columns, next } = indentAt(line, at);
      if (container.type === "quote") {
        if (columns > 3 || line[next] !== ">") break;
        at = pastColumns(line, next + 1, 1);
      } else if (next === line.length) {
        if (container.start === -1) break;
      } else {
        if (columns < container.indent) break;
        at = pastColumns(line, at, container.indent);
      }
      matched++;
    }
    return { matched, at };
  }

  /** Whether an open leaf takes the line, whatever it looks like. */
  #goesOn(placed: PlacedLine): boolean {
    const { line, at, offset } = placed;
    const leaf = this.#leaf;
    if (leaf?.type === "fence") {
      leaf.end = offset + trimmedEnd(line, 0);
      if (closesFence(line, at, leaf.fence)) this.#closeLeaf();
      else this.#grow(offset + line.length);
      return true;
    }
    if (leaf?.type !== "html") return false;
    if (leaf.until === "" ? isBlank(line, at) : line.toLowerCase().includes(leaf.until, at))
      this.#closeLeaf();
    this.#grow(offset + line.length);
    return true;
  }

  /** A paragraph goes on in a line that lacks the marks of its containers, unless that begins something. */
  #isLazy(line: string, from: number): boolean {
    if (this.#leaf?.type !== "paragraph") return false;
    const { columns, next: at } = indentAt(line, from);
    if (at === line.length) return false;
    if (columns > 3) return true;
    const marker = markerAt(line, at);
    return !(
      line[at] === ">" ||
      headingAt(line, at) !== undefined ||
      fenceAt(line, at) !== undefined ||
      isThematicBreak(line, at) ||
      htmlAt(line, at)?.interrupts === true ||
      (marker !== undefined && interrupts(line, marker)) ||
      (marker !== undefined && this.#containers.some(({ type }) => type === "item"))
    );
  }

  #lengthen({ line, at, offset }: PlacedLine): void {
    const leaf = this.#leaf;
    const end = offset + trimmedEnd(line, at);
    if (leaf?.type === "paragraph") {
      leaf.end = end;
      leaf.lastLine = { line, at, offset };
      leaf.isLinks &&= isLink(leaf.lastLine);
    }
    this.#grow(end);
  }

  /** Containers reach as far as what is in them. */
  #grow(end: number): void {
    for (const container of this.#containers)
      if (container.type === "quote" || !container.hasList) container.end = end;
  }

  /** Opens the containers that a line begins; gives what is left of it. */
  #opened({ line, at: from, offset }: PlacedLine): PlacedLine {
    let at = from;
    for (;;) {
      const { columns, next } = indentAt(line, at);
      if (next === line.length || this.#containers.length >= DEEPEST) break;
      if (columns > 3 || (line[next] === "-" && this.#isUnderline(line, next))) break;
      const marker = isThematicBreak(line, next) ? undefined : markerAt(line, next);
      if (line[next] === ">") at = this.#openQuote(line, next, offset);
      else if (marker !== undefined && !this.#isText(line, marker))
        at = this.#openItem(line, columns, marker, offset);
      else break;
    }
    return { line, at, offset };
  }

  #isUnderline(line: string, at: number): boolean {
    return this.#leaf?.type === "paragraph" && underlineAt(line, at) !== undefined;
  }

  /** A marker amid a paragraph begins a list only if it is the first of one and says something. */
  #isText(line: string, marker: Marker): boolean {
    return this.#leaf?.type === "paragraph" && !interrupts(line, marker);
  }

  #openQuote(line: string, at: number, offset: number): number {
    this.#closeLeaf();
    const next = pastColumns(line, at + 1, 1);
    const depth = this.#depthOf("quote");
    this.#containers.push({ type: "quote", depth, start: -1, end: offset + next });
    return next;
  }

  #depthOf(wanted: Container["type"]): number {
    return (this.#containers.findLast(({ type }) => type === wanted)?.depth ?? -1) + 1;
  }

  #openItem(line: string, columns: number, marker: Marker, offset: number): number {
    this.#closeLeaf();
    const outer = this.#containers.findLast(({ type }) => type === "item");
    if (outer?.type === "item") outer.hasList = true;
    const { columns: space, next } = indentAt(line, marker.end);
    const isEmpty = next === line.length;
    const taken = isEmpty || space > 4 ? 1 : space;
    const width = marker.ordered ? String(line.slice(0, marker.end).trimStart()).length : 1;
    const indent = columns + width + taken;
    this.#containers.push({
      ...{ type: "item", depth: this.#depthOf("item"), marker, indent, hasList: false },
      ...{ start: -1, end: offset + marker.end },
    });
    return pastColumns(line, marker.end, taken);
  }

  /** What is left of a line when its containers are taken off. */
  #content(placed: PlacedLine): void {
    const { line, at: from, offset } = placed;
    const { columns, next: at } = indentAt(line, from);
    if (at === line.length) return this.#blank();
    for (const container of this.#containers)
      if (container.start === -1) container.start = offset + at;
    const isParagraph = this.#leaf?.type === "paragraph";
    if (columns > 3 && !isParagraph && this.#leaf?.type !== "table") this.#indented(placed);
    else if (columns > 3 || !this.#begins(line, at, offset)) this.#textLine({ line, at, offset });
    this.#grow(offset + trimmedEnd(line, 0));
  }

  #blank(): void {
    if (this.#leaf?.type !== "indented") this.#closeLeaf();
  }

  #indented({ line, at, offset }: PlacedLine): void {
    if (this.#leaf?.type !== "indented") this.#closeLeaf();
    this.#leaf ??= { type: "indented", start: offset + at, end: 0 };
    if (this.#leaf.type === "indented") this.#leaf.end = offset + trimmedEnd(line, 0);
  }

  /** Whether the line begins a leaf of its own, or ends the one above as a heading. */
  #begins(line: string, at: number, offset: number): boolean {
    const leaf = this.#leaf;
    const heading = headingAt(line, at);
    const fence = fenceAt(line, at);
    const html = htmlAt(line, at);
    const underline = leaf?.type === "paragraph" ? underlineAt(line, at) : undefined;
    if (heading !== undefined) {
      this.#closeLeaf();
      this.#heading(heading.level, [offset + heading.start, offset + heading.end]);
    } else if (fence !== undefined) {
      this.#closeLeaf();
      this.#leaf = { type: "fence", fence, start: offset + at, end: offset + line.length };
    } else if (underline !== undefined && leaf?.type === "paragraph") {
      this.#leaf = undefined;
      this.#heading(underline, [leaf.start, leaf.end]);
    } else if (isThematicBreak(line, at)) this.#closeLeaf();
    else if (html !== undefined && (html.interrupts || leaf?.type !== "paragraph"))
      this.#openHtml(line, at, offset, html.until);
    else return false;
    return true;
  }

  #heading(level: number, span: Span): void {
    if (span[1] > span[0]) this.#blocks.push({ type: "heading", span, level });
  }

  #openHtml(line: string, at: number, offset: number, until: string): void {
    this.#closeLeaf();
    if (until !== "" && line.toLowerCase().includes(until, at)) return;
    this.#leaf = { type: "html", until, start: offset + at, end: offset + line.length };
  }

  #textLine(placed: PlacedLine): void {
    const { line, at, offset } = placed;
    const end = offset + trimmedEnd(line, at);
    const leaf = this.#leaf;
    if (leaf?.type === "table") return this.#row(leaf, placed);
    if (leaf?.type === "paragraph") {
      if (this.#beginsTable(leaf, placed)) return;
      leaf.end = end;
      leaf.lastLine = placed;
      leaf.isLinks &&= isLink(placed);
      return;
    }
    this.#closeLeaf();
    const isLinks = isLink(placed);
    this.#leaf = { type: "paragraph", start: offset + at, end, lastLine: placed, isLinks };
  }

  /** A line of dashes and bars makes the line above a header of as many columns. */
  #beginsTable(
    paragraph: Extract<Leaf, { type: "paragraph" }>,
    { line, at, offset }: PlacedLine,
  ): boolean {
    const columns = columnsAt(line, at);
    const { line: above, at: aboveAt, offset: aboveOffset } = paragraph.lastLine;
    if (columns === 0) return false;
    const cells = cellsOf(above, aboveAt);
    if (cells.length !== columns) return false;
    const start = aboveOffset + aboveAt;
    if (paragraph.start < start) this.#paragraph([paragraph.start, start]);
    this.#leaf = {
      ...{ type: "table", start, end: offset + trimmedEnd(line, at), rows: [] },
      header: cells.map(([from, to]) => [aboveOffset + from, aboveOffset + to]),
      columns: cells.map(([from, to]) => above.slice(from, to)),
    };
    return true;
  }

  /** Cells beyond the header's are none; those that a row lacks are not made up. */
  #row(table: Extract<Leaf, { type: "table" }>, { line, at, offset }: PlacedLine): void {
    const end = offset + trimmedEnd(line, at);
    const cells = cellsOf(line, at).map(([from, to]): Span => [offset + from, offset + to]);
    table.rows.push(cells.slice(0, table.header.length));
    table.end = end;
  }

  /** Text of a paragraph whose last line became something else ends before that. */
  #paragraph([start, end]: Span): void {
    if (!this.#containers.some(({ type }) => type === "item"))
      this.#blocks.push({ type: "paragraph", span: [start, end] });
  }

  #closeLeaf(): void {
    const leaf = this.#leaf;
    this.#leaf = undefined;
    if (leaf === undefined || leaf.type === "front" || leaf.type === "html") return;
    const span: Span = [leaf.start, leaf.end];
    if (leaf.type === "paragraph") {
      if (!leaf.isLinks) this.#paragraph(span);
    } else if (leaf.type === "table") {
      const { header, columns, rows } = leaf;
      this.#blocks.push({ type: "table", span, header, columns, rows });
    } else this.#blocks.push({ type: "code", span });
  }

  #closeTo(count: number): void {
    this.#closeLeaf();
    while (this.#containers.length > count) {
      const container = this.#containers.pop();
      if (container !== undefined && container.start !== -1) this.#closeContainer(container);
    }
  }

  #closeContainer(container: Container): void {
    const span: Span = [container.start, Math.max(container.start, container.end)];
    const { depth } = container;
    if (container.type === "quote") this.#blocks.push({ type: "quote", span, depth });
    else {
      const { ordered } = container.marker;
      this.#blocks.push({ type: "list-item", span, depth, ordered });
    }
  }

  /** Blocks that have ended since, in the order of their beginning, outer ones before those in them. */
  take(): Block[] {
    const blocks = this.#blocks.toSorted(
      (one, other) => one.span[0] - other.span[0] || other.span[1] - one.span[1],
    );
    this.#blocks = [];
    return blocks;
  }

  /** Ends whatever is open. */
  end(): void {
    this.#closeTo(0);
  }
}

const trimmed = (line: string): string => line.slice(0, trimmedEnd(line, 0));

/** Whether a list marker begins a list amid a paragraph: with text behind it, and a first number. */
function interrupts(line: string, marker: Marker): boolean {
  return marker.number === 1 && !isBlank(line, marker.end);
}

/** `[name]: place` of a link is no text. */
function isLink({ line, at }: PlacedLine): boolean {
  return /^\[[^\]\n]{1,999}\]:\s*\S/.test(line.slice(at, at + 1100));
}
