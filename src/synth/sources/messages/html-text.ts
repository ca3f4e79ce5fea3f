// The text of a message that is kept as HTML: tags cut out, blocks on lines of their own, entities as characters, quotes
// with "> ". One pass over the text, whatever it holds; pages are read by the reader of HTML, not by this.
import { parseFragment } from "parse5";

const lineTags = new Set(
  "p div br li ul ol tr table h1 h2 h3 h4 h5 h6 pre blockquote hr section article header footer dt dd".split(
    " ",
  ),
);
const spacedTags = new Set(["p", "ul", "ol", "table", "pre", "blockquote", "h1", "h2", "h3"]);
const hiddenTags = new Set(["script", "style", "head", "title", "template"]);
const deepestQuote = 20;

class TextOfHtml {
  readonly #html: string;
  readonly #lines: string[] = [];
  #line = "";
  #quotes = 0;
  #isPre = false;
  /** The depth of quotes of an empty line that is due; -1 for none. */
  #emptyAt = -1;

  constructor(html: string) {
    this.#html = html;
  }

  read(): string {
    const html = this.#html;
    let from = 0;
    while (from < html.length) {
      const open = html.indexOf("<", from);
      this.#text(html.slice(from, open === -1 ? html.length : open));
      if (open === -1) break;
      from = this.#tag(open);
    }
    this.#endLine();
    return this.#lines.join("\n");
  }

  /** Where the text goes on behind what begins at `open`. */
  #tag(open: number): number {
    const html = this.#html;
    if (html.startsWith("<!--", open)) return behind(html, "-->", open + 4);
    if (!/[a-z/!?]/iu.test(html[open + 1] ?? "")) {
      this.#text("<");
      return open + 1;
    }
    const end = behind(html, ">", open);
    const isClosing = html[open + 1] === "/";
    const name = tagName(html, open + (isClosing ? 2 : 1));
    if (hiddenTags.has(name) && !isClosing) return behind(html, `</${name}`, end, true);
    if (lineTags.has(name)) this.#block(name, isClosing);
    return end;
  }

  #block(name: string, isClosing: boolean): void {
    if (name === "br") {
      this.#lines.push(this.#quoted(this.#line.trimEnd()));
      this.#line = "";
      return;
    }
    this.#endLine();
    const wasIn = this.#quotes;
    if (name === "pre") this.#isPre = !isClosing;
    if (name === "li" && !isClosing) this.#line = "- ";
    if (name === "blockquote") this.#quotes = Math.max(0, this.#quotes + (isClosing ? -1 : 1));
    if (spacedTags.has(name) && this.#lines.length > 0)
      this.#emptyAt = Math.min(wasIn, this.#quotes);
  }

  #quoted(line: string, quotes = this.#quotes): string {
    const depth = Math.min(quotes, deepestQuote);
    return depth === 0 ? line : `${">".repeat(depth)} ${line}`;
  }

  #endLine(): void {
    const line = this.#isPre ? this.#line.trimEnd() : this.#line.trim();
    this.#line = "";
    if (line !== "") this.#lines.push(this.#quoted(line));
  }

  #text(raw: string): void {
    if (raw === "") return;
    const text = decodeEntities(raw);
    if (!this.#isPre) {
      const flat = collapsed(text);
      if (flat.trim() !== "") this.#separate();
      this.#line += this.#line === "" || this.#line.endsWith(" ") ? flat.trimStart() : flat;
      return;
    }
    this.#separate();
    const [first = "", ...more] = text.split("\n");
    this.#line += first;
    for (const line of more) {
      this.#lines.push(this.#quoted(this.#line.trimEnd()));
      this.#line = line;
    }
  }

  #separate(): void {
    if (this.#emptyAt !== -1) this.#lines.push(this.#quoted("", this.#emptyAt).trimEnd());
    this.#emptyAt = -1;
  }
}

function behind(text: string, end: string, from: number, anyCase = false): number {
  const at = anyCase ? indexAnyCase(text, end, from) : text.indexOf(end, from);
  return at === -1 ? text.length : at + end.length;
}

function indexAnyCase(text: string, lower: string, from: number): number {
  for (let at = text.indexOf("</", from); at !== -1; at = text.indexOf("</", at + 2))
    if (text.slice(at, at + lower.length).toLowerCase() === lower) return at;
  return -1;
}

function tagName(html: string, from: number): string {
  let end = from;
  while (/[a-z0-9]/iu.test(html[end] ?? "") && end - from < 20) end++;
  return html.slice(from, end).toLowerCase();
}

/** Runs of spaces and line ends as one space; a no-break space is a space. */
function collapsed(text: string): string {
  let flat = "";
  let isGap = false;
  for (const character of text) {
    const isSpace = character <= " " || character === "\u00a0";
    if (!isSpace) flat += character;
    else if (!isGap) flat += " ";
    isGap = isSpace;
  }
  return flat;
}

const known = new Map<string, string>();
const longestEntity = 33;

/** Character references of HTML as the characters they name. */
export function decodeEntities(text: string): string {
  let at = text.indexOf("&");
  if (at === -1) return text;
  let decoded = "";
  let from = 0;
  for (; at !== -1; at = text.indexOf("&", at + 1)) {
    const end = text.indexOf(";", at);
    if (end === -1) break;
    if (end - at > longestEntity) continue;
    decoded += text.slice(from, at) + characterOf(text.slice(at, end + 1));
    from = end + 1;
    at = end;
  }
  return decoded + text.slice(from);
}

function characterOf(entity: string): string {
  const kept = known.get(entity);
  if (kept !== undefined) return kept;
  if (!/^&(?:#\d{1,8}|#x[\da-f]{1,6}|[a-z][a-z\d]{0,31});$/iu.test(entity)) return entity;
  const [node] = parseFragment(entity).childNodes;
  const character = node !== undefined && "value" in node ? node.value : entity;
  if (known.size < 4000) known.set(entity, character);
  return character;
}

export function htmlText(html: string): string {
  return new TextOfHtml(html).read();
}
