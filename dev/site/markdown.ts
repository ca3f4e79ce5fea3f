// One page of Markdown as HTML: headings get the ids that GitHub gives them, links to other pages lead to their HTML, and
// what the site does not hold (sources) is named without a link. Knows nothing of the site around it.
import { posix } from "node:path";
import MarkdownIt from "markdown-it";

export interface Heading {
  level: number;
  id: string;
  text: string;
}

/** What a search finds: a heading, and the words until the next. */
export interface Passage {
  id: string;
  title: string;
  text: string;
}

export interface Page {
  title: string;
  html: string;
  headings: Heading[];
  passages: Passage[];
  /** Pages, anchors and files that the page leads to, as they stand in the HTML. */
  links: string[];
  /** Pictures, from the clone's root. */
  pictures: string[];
}

/** Where a page of the clone lies in the site: docs/ is its root. */
export function addressOf(file: string): string {
  if (file === "README.md") return "index.html";
  return file
    .replace(/^docs\//, "")
    .replace(/\.md$/, ".html")
    .toLowerCase();
}

/** As GitHub makes them; the second of a name gets -1. */
export function slugger(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const plain = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const count = seen.get(plain) ?? 0;
    seen.set(plain, count + 1);
    return count === 0 ? plain : `${plain}-${count}`;
  };
}

const relativeTo = (page: string, address: string): string =>
  posix.relative(posix.dirname(addressOf(page)), address) || posix.basename(address);

type Token = ReturnType<InstanceType<typeof MarkdownIt>["parse"]>[number];

const textOf = (token: Token | undefined): string =>
  (token?.children ?? [])
    .map(({ type, content }) => (type === "softbreak" ? " " : content))
    .join("");

class Renderer {
  readonly #file: string;
  readonly #files: ReadonlySet<string>;
  readonly page: Page;

  constructor(file: string, files: ReadonlySet<string>) {
    this.#file = file;
    this.#files = files;
    this.page = { title: "", html: "", headings: [], passages: [], links: [], pictures: [] };
  }

  /** Gives headings their ids and gathers what a search finds. */
  #gather(tokens: readonly Token[]): void {
    const slug = slugger();
    for (const [index, token] of tokens.entries()) {
      if (token.type === "heading_open") {
        const text = textOf(tokens[index + 1]);
        const id = slug(text);
        token.attrSet("id", id);
        const level = Number(token.tag.slice(1));
        if (level === 1 && this.page.title === "") this.page.title = text;
        this.page.headings.push({ level, id, text });
        this.page.passages.push({ id: level === 1 ? "" : id, title: text, text: "" });
      } else if (token.type === "inline" || token.type === "fence") {
        const last = this.page.passages.at(-1);
        const words = token.type === "inline" ? textOf(token) : token.content;
        if (last !== undefined && words !== last.title) last.text += ` ${words}`;
      }
      for (const child of token.children ?? []) this.#lead(child);
    }
  }

  /** Makes links and pictures those of the site. */
  #lead(token: Token): void {
    if (token.type === "image") {
      const source = posix.join(posix.dirname(this.#file), String(token.attrGet("src") ?? ""));
      this.page.pictures.push(source);
      token.attrSet("src", relativeTo(this.#file, source.replace(/^docs\//, "")));
      token.attrSet("loading", "lazy");
    }
    if (token.type !== "link_open") return;
    const target = String(token.attrGet("href") ?? "");
    if (/^[a-z]+:/.test(target)) return token.attrSet("rel", "noreferrer");
    const [path = "", anchor] = target.split("#");
    const file = path === "" ? this.#file : posix.join(posix.dirname(this.#file), path);
    if (!this.#files.has(file)) {
      token.tag = "span";
      token.attrs = [
        ["class", "source"],
        ["title", `in the sources: ${file}`],
      ];
      return;
    }
    const address = relativeTo(this.#file, addressOf(file));
    const href = `${path === "" ? "" : address}${anchor === undefined ? "" : `#${anchor}`}`;
    token.attrSet("href", href);
    this.page.links.push(href);
  }

  render(text: string): Page {
    const markdown = new MarkdownIt({ html: true });
    const tokens = markdown.parse(text.replaceAll(/<!--[\s\S]*?-->\n?/g, ""), {});
    this.#gather(tokens);
    closeSources(tokens);
    markdown.renderer.rules["table_open"] = () =>
      '<div class="table" tabindex="0" role="group" aria-label="Table"><table>\n';
    markdown.renderer.rules["table_close"] = () => "</table></div>\n";
    // What may be wider than the page is scrolled by keyboard too.
    this.page.html = markdown.renderer
      .render(tokens, markdown.options, {})
      .replaceAll("<pre>", '<pre tabindex="0">');
    return this.page;
  }
}

/** The end of what is no link any more. */
function closeSources(tokens: readonly Token[]): void {
  for (const { children } of tokens) {
    let isSource = false;
    for (const child of children ?? []) {
      if (child.type === "link_open") isSource = child.tag === "span";
      if (child.type === "link_close" && isSource) child.tag = "span";
    }
  }
}

/** `file` is from the clone's root, `files` are all pages of the site. */
export const renderPage = (file: string, text: string, files: ReadonlySet<string>): Page =>
  new Renderer(file, files).render(text);
