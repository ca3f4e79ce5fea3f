// The script of the site's pages: search in an index that was loaded with them, so that no server is asked, and the list
// of pages on narrow screens. Bundled by build.ts.
import MiniSearch, { type SearchResult } from "minisearch";
import { searchOptions } from "../search.ts";

declare global {
  interface Window {
    ftSearchIndex: string;
  }
}

const root = document.documentElement.dataset["root"] ?? "";
const input = document.querySelector<HTMLInputElement>("#search");
const found = document.querySelector<HTMLOListElement>("#found");
const menu = document.querySelector<HTMLButtonElement>("#menu");
const pages = document.querySelector<HTMLElement>("#pages");

let index: MiniSearch | undefined;
let chosen = -1;

const search = (words: string): SearchResult[] => {
  index ??= MiniSearch.loadJSON(window.ftSearchIndex, searchOptions);
  return index
    .search(words, { prefix: true, fuzzy: 0.15, boost: { title: 3, page: 2 } })
    .slice(0, 12);
};

function item({ address, title, page }: SearchResult): HTMLLIElement {
  const line = document.createElement("li");
  line.role = "option";
  const link = document.createElement("a");
  link.href = root + String(address);
  link.textContent = String(title);
  if (page !== title) {
    const where = document.createElement("small");
    where.textContent = String(page);
    link.append(where);
  }
  line.append(link);
  return line;
}

function show(list: HTMLOListElement, field: HTMLInputElement): void {
  const words = field.value.trim();
  const results = words.length < 2 ? [] : search(words);
  chosen = -1;
  const lines = results.map(item);
  if (words.length >= 2 && lines.length === 0) {
    const none = document.createElement("li");
    none.textContent = "Nothing found";
    lines.push(none);
  }
  list.replaceChildren(...lines);
  list.hidden = lines.length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
}

function move(list: HTMLOListElement, by: number): void {
  const lines = [...list.children];
  chosen = Math.max(0, Math.min(lines.length - 1, chosen + by));
  for (const [at, line] of lines.entries())
    line.setAttribute("aria-selected", String(at === chosen));
  lines[chosen]?.scrollIntoView({ block: "nearest" });
}

if (input !== null && found !== null) {
  input.addEventListener("input", () => show(found, input));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(found, 1);
    else if (event.key === "ArrowUp") move(found, -1);
    else if (event.key === "Enter")
      found.children[Math.max(0, chosen)]?.querySelector("a")?.click();
    else if (event.key === "Escape") {
      input.value = "";
      show(found, input);
    } else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    input.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !found.contains(target) && target !== input) found.hidden = true;
  });
}

menu?.addEventListener("click", () => {
  const isOpen = pages?.classList.toggle("open") ?? false;
  menu.setAttribute("aria-expanded", String(isOpen));
});
