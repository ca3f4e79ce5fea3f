// HTML as text with blocks: tokens of the standard's tokenizer and a stack of the elements that matter for structure.
// No tree is built, so that neither depth nor misnesting can make it slow. Knows nothing of files.
import { Tokenizer, TokenizerMode, type Token } from "parse5";
import type { DocumentBuilder } from "../document-builder.ts";
import { beyondLimit } from "../errors.ts";

/** What is in these is no text of the document. */
const dropped = new Set(
  "script style template svg math iframe noembed noframes noscript object audio video canvas title datalist".split(
    " ",
  ),
);
const rawText = new Set("style xmp iframe noembed noframes noscript".split(" "));
const boxes = new Set(
  "address article aside body caption center div fieldset figcaption figure footer form header hgroup html legend main nav search section".split(
    " ",
  ),
);
const headings = new Set(["h1", "h2", "h3", "h4", "h5", "h6"]);
/** What has no text of its own: text in it is a paragraph. */
const holders = new Set(["", "blockquote", "dl", "table", "tr"]);
const lists = new Set(["ul", "ol", "menu", "dir"]);

const rows = ["thead", "tbody", "tfoot", "tr"];
const blocks = new Set(
  "p pre blockquote dl details summary table hr plaintext li dt dd tr td th thead tbody tfoot".split(
    " ",
  ),
);

/** A start tag closes those of the first list that are open, up to one of the second. */
const closing = new Map<string, readonly [readonly string[], readonly string[]]>([
  ["li", [["li"], ["ul", "ol", "menu", "dir", "table"]]],
  [
    "dt",
    [
      ["dt", "dd"],
      ["dl", "table"],
    ],
  ],
  [
    "dd",
    [
      ["dt", "dd"],
      ["dl", "table"],
    ],
  ],
  ["tr", [["tr"], ["table"]]],
  [
    "td",
    [
      ["td", "th"],
      ["tr", "table"],
    ],
  ],
  [
    "th",
    [
      ["td", "th"],
      ["tr", "table"],
    ],
  ],
  ["thead", [rows, ["table"]]],
  ["tbody", [rows, ["table"]]],
  ["tfoot", [rows, ["table"]]],
]);

interface Element {
  readonly tag: string;
  /** How many blocks of the builder it holds open. */
  blocks: number;
  /** The innermost element that holds any: this one, or one around it; empty without one. */
  holder: string;
}

const valueOf = ({ attrs }: Token.TagToken, name: string): string =>
  attrs.find((attribute) => attribute.name === name)?.value ?? "";

export interface HtmlSettings {
  /** In XHTML an element that closes itself is empty, whichever it is. */
  readonly isXml?: boolean;
  /** What a script element of a type that is no program holds. */
  onData?(type: string, text: string): void;
}

export class HtmlText {
  readonly #builder: DocumentBuilder;
  readonly #nesting: number;
  readonly #settings: HtmlSettings;
  readonly #tokenizer: Tokenizer;
  readonly #open: Element[] = [];
  /** How many elements of a name are open. */
  readonly #counts = new Map<string, number>();
  /** The element whose content is dropped, how deep in its like we are, and what is kept of it. */
  #dropped: { tag: string; depth: number; type: string; text: string[] } | undefined;
  #isAfterPre = false;

  constructor(builder: DocumentBuilder, nesting: number, settings: HtmlSettings = {}) {
    this.#builder = builder;
    this.#nesting = nesting;
    this.#settings = settings;
    const text = ({ chars }: Token.CharacterToken): void => this.#text(chars);
    const nothing = (): void => undefined;
    this.#tokenizer = new Tokenizer(
      { sourceCodeLocationInfo: false },
      {
        ...{ onComment: nothing, onDoctype: nothing, onEof: nothing, onNullCharacter: nothing },
        ...{ onCharacter: text, onWhitespaceCharacter: text },
        onStartTag: (tag) => this.#start(tag),
        onEndTag: ({ tagName }) => this.#end(tagName),
      },
    );
  }

  write(html: string, isLast: boolean): void {
    this.#tokenizer.write(html, isLast);
    if (isLast) this.#closeTo(0);
  }

  #text(characters: string): void {
    if (this.#dropped !== undefined) {
      if (this.#dropped.type !== "") this.#dropped.text.push(characters);
      return;
    }
    const text = this.#isAfterPre ? characters.replace(/^\n/, "") : characters;
    this.#isAfterPre = false;
    if (this.#isOpen("pre")) this.#builder.verbatim(text);
    else if (/[^ \t\n\r\f]/.test(text)) {
      this.#openLeaf();
      this.#builder.inline(text);
    } else this.#builder.inline(" ");
  }

  #isOpen(tag: string): boolean {
    return (this.#counts.get(tag) ?? 0) > 0;
  }

  /** Text that stands in a box, or in nothing that is a block by itself, is a paragraph. */
  #openLeaf(): void {
    const last = this.#open.at(-1);
    if (!holders.has(last?.holder ?? "") && last?.blocks !== 0) return;
    this.#push("#text");
    this.#builder.open({ type: "paragraph" });
    this.#hold(1);
  }

  #push(tag: string): void {
    if (this.#open.length >= this.#nesting)
      throw beyondLimit(`elements in elements, more than ${this.#nesting} deep`);
    this.#open.push({ tag, blocks: 0, holder: this.#open.at(-1)?.holder ?? "" });
    this.#counts.set(tag, (this.#counts.get(tag) ?? 0) + 1);
  }

  /** The innermost element closes so many blocks of the builder more. */
  #hold(count: number): void {
    const element = this.#open.at(-1);
    if (element === undefined) return;
    element.blocks += count;
    if (element.blocks > 0) element.holder = element.tag;
  }

  #closeTo(depth: number): void {
    while (this.#open.length > depth) {
      const { tag, blocks: held } = this.#open.pop() ?? { tag: "", blocks: 0 };
      this.#counts.set(tag, (this.#counts.get(tag) ?? 1) - 1);
      for (let count = 0; count < held; count++) this.#builder.close();
      if (tag === "summary") this.#afterSummary();
    }
  }

  /** What stands in details behind their summary is what is said of it. */
  #afterSummary(): void {
    const details = this.#open.at(-1);
    if (details?.tag !== "details" || details.blocks !== 1) return;
    this.#builder.open({ type: "definition" });
    this.#hold(1);
  }

  /** Closes one of `tags` and all in it, when it is open within `bounds`. */
  #closeOneOf(tags: readonly string[], bounds: readonly string[]): void {
    if (!tags.some((tag) => this.#isOpen(tag))) return;
    for (let at = this.#open.length - 1; at >= 0; at--) {
      const tag = this.#open[at]?.tag ?? "";
      if (tags.includes(tag)) return this.#closeTo(at);
      if (bounds.includes(tag)) return;
    }
  }

  #closeParagraph(): void {
    this.#closeOneOf(["p", "#text"], ["td", "th", "table", "li", "dd", "details"]);
  }

  #start(token: Token.TagToken): void {
    const { tagName: tag } = token;
    this.#isAfterPre = false;
    if (this.#dropped !== undefined) {
      if (tag === this.#dropped.tag && !token.selfClosing) this.#dropped.depth++;
      return;
    }
    if (token.selfClosing && this.#settings.isXml === true && tag !== "br" && tag !== "hr") return;
    this.#chooseState(tag);
    if (dropped.has(tag)) {
      const type = tag === "script" ? valueOf(token, "type").trim().toLowerCase() : "";
      if (!token.selfClosing || !["svg", "math"].includes(tag))
        this.#dropped = { tag, depth: 1, type, text: [] };
    } else if (tag === "br") this.#builder.lineBreak();
    else if (tag === "img" || tag === "input") this.#builder.inline(" ");
    else this.#element(tag);
  }

  #chooseState(tag: string): void {
    if (tag === "script") this.#tokenizer.state = TokenizerMode.SCRIPT_DATA;
    else if (rawText.has(tag)) this.#tokenizer.state = TokenizerMode.RAWTEXT;
    else if (tag === "title" || tag === "textarea") this.#tokenizer.state = TokenizerMode.RCDATA;
    else if (tag === "plaintext") this.#tokenizer.state = TokenizerMode.PLAINTEXT;
  }

  #element(tag: string): void {
    if (!blocks.has(tag) && !boxes.has(tag) && !headings.has(tag) && !lists.has(tag)) return;
    this.#closeParagraph();
    if (headings.has(tag) && headings.has(this.#open.at(-1)?.tag ?? ""))
      this.#closeTo(this.#open.length - 1);
    const closes = closing.get(tag);
    if (closes !== undefined) this.#closeOneOf(...closes);
    if (tag === "hr") return;
    this.#push(tag);
    const before = this.#builder.depth;
    this.#openBlocks(tag);
    this.#hold(this.#builder.depth - before);
  }

  #depthOf(tags: ReadonlySet<string>): number {
    return this.#open.filter(({ tag }) => tags.has(tag)).length;
  }

  #openBlocks(tag: string): void {
    const builder = this.#builder;
    if (headings.has(tag)) builder.open({ type: "heading", level: Number(tag[1]) });
    else if (tag === "p") builder.open({ type: "paragraph" });
    else if (tag === "pre") this.#openPre();
    else if (tag === "blockquote") builder.open({ type: "quote", depth: this.#quoteDepth() });
    else if (tag === "li") builder.open({ type: "item", ...this.#itemIn() });
    else if (tag === "dl" || tag === "details") builder.open({ type: "terms" });
    else if (tag === "dt" || tag === "summary") builder.open({ type: "term" });
    else if (tag === "dd") builder.open({ type: "definition" });
    else if (tag === "table") builder.open({ type: "table" });
    else if (this.#isOpen("table")) this.#openTableBlocks(tag);
  }

  #openPre(): void {
    this.#builder.open({ type: "code" });
    this.#isAfterPre = true;
  }

  #quoteDepth(): number {
    return this.#depthOf(new Set(["blockquote"])) - 1;
  }

  #itemIn(): { ordered: boolean; depth: number } {
    const list = this.#open.findLast(({ tag }) => lists.has(tag));
    return { ordered: list?.tag === "ol", depth: Math.max(0, this.#depthOf(lists) - 1) };
  }

  #openTableBlocks(tag: string): void {
    const isCell = tag === "td" || tag === "th";
    const inner = this.#innermost(["tr", "table"]);
    if (tag === "tr" || (isCell && inner === "table"))
      this.#builder.open({
        type: "row",
        isHeader: this.#innermost(["thead", "tbody", "table"]) === "thead",
      });
    if (isCell) this.#builder.open({ type: "cell", isHeader: tag === "th" });
  }

  #innermost(tags: readonly string[]): string | undefined {
    return this.#open.findLast(({ tag }) => tags.includes(tag))?.tag;
  }

  #end(tag: string): void {
    this.#isAfterPre = false;
    if (this.#dropped !== undefined) return this.#endDropped(tag);
    if (tag === "br") return this.#builder.lineBreak();
    if (!this.#isOpen(tag)) return;
    const at = this.#open.findLastIndex((element) => element.tag === tag);
    const table = tag === "table" ? -1 : this.#open.findLastIndex((one) => one.tag === "table");
    if (at > table || (at !== -1 && ["tr", "td", "th", "caption"].includes(tag))) this.#closeTo(at);
  }

  #endDropped(tag: string): void {
    if (this.#dropped === undefined || tag !== this.#dropped.tag || --this.#dropped.depth > 0)
      return;
    const { type, text } = this.#dropped;
    this.#dropped = undefined;
    if (type !== "") this.#settings.onData?.(type, text.join(""));
  }
}
