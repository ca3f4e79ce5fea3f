// What stands around a page: the head, the list of all pages, what is on this one, and the ones before and after it.
import { posix } from "node:path";
import { addressOf, type Heading, type Page } from "./markdown.ts";

export interface Placed {
  title: string;
  pages: readonly { file: string; title: string }[];
}

const marks: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (mark) => marks[mark] ?? mark);

function navigation(sections: readonly Placed[], file: string, up: string): string {
  const item = ({ file: other, title }: Placed["pages"][number]): string =>
    `<li><a href="${up}${addressOf(other)}"${other === file ? ' aria-current="page"' : ""}>${escaped(title)}</a></li>`;
  return sections
    .map(({ title, pages }) => {
      const isOpen = pages.some((page) => page.file === file);
      const list = `<ul>${pages.map(item).join("")}</ul>`;
      return `<details${isOpen ? " open" : ""}><summary>${escaped(title)}</summary>${list}</details>`;
    })
    .join("\n");
}

function contents(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2);
  if (shown.length < 2) return "";
  const items = shown.map(({ id, text }) => `<li><a href="#${id}">${escaped(text)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><p>On this page</p><ul>${items.join("")}</ul></nav>`;
}

function neighbours(sections: readonly Placed[], file: string, up: string): string {
  const all = sections.flatMap(({ pages }) => pages);
  const at = all.findIndex((page) => page.file === file);
  const link = (page: Placed["pages"][number] | undefined, rel: string, word: string): string =>
    page === undefined
      ? "<span></span>"
      : `<a rel="${rel}" href="${up}${addressOf(page.file)}"><small>${word}</small>${escaped(page.title)}</a>`;
  return `<nav class="neighbours" aria-label="Pages beside this one">${link(all[at - 1], "prev", "Before")}${link(all[at + 1], "next", "Next")}</nav>`;
}

/** A whole document. */
export function documentOf(file: string, page: Page, sections: readonly Placed[]): string {
  const depth = posix.dirname(addressOf(file)) === "." ? 0 : addressOf(file).split("/").length - 1;
  const up = "../".repeat(depth);
  const title =
    file === "README.md"
      ? "ft: fine-tune language models on your own machine"
      : `${page.title} · ft`;
  return `<!doctype html>
<html lang="en" data-root="${up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${up}assets/site.css">
<script defer src="${up}assets/search-index.js"></script>
<script defer src="${up}assets/site.js"></script>
</head>
<body>
<a class="skip" href="#page">Skip to the page</a>
<header>
<a class="name" href="${up}index.html">ft</a>
<div class="search" role="search"><input id="search" type="search" placeholder="Search (press /)" aria-label="Search all pages" autocomplete="off" aria-controls="found" aria-expanded="false" role="combobox"><ol id="found" role="listbox" aria-label="Found" hidden></ol></div>
<button id="menu" type="button" aria-expanded="false" aria-controls="pages">Pages</button>
</header>
<div class="columns">
<nav id="pages" aria-label="All pages">
${navigation(sections, file, up)}
</nav>
<main id="page">
${page.html}
${neighbours(sections, file, up)}
</main>
${contents(page.headings)}
</div>
</body>
</html>
`;
}
