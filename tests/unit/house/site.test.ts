// The site of the pages: every page in it, every link right, headings found by their GitHub names, the search in an index
// that is there. How it looks and works in a browser: tests/browser/site.test.ts.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import MiniSearch from "minisearch";
import { beforeAll, expect, test } from "vitest";
import { buildSite, pageFiles } from "../../../dev/site/build.ts";
import { brokenLinks } from "../../../dev/site/links.ts";
import { addressOf, renderPage, slugger } from "../../../dev/site/markdown.ts";
import { searchOptions } from "../../../dev/site/search.ts";
import { placed } from "../../../dev/site/sections.ts";
import { makeFolder } from "../../support/folders.ts";

let out = "";

beforeAll(async () => {
  out = join(makeFolder(), "site");
  await buildSite(out);
});

test("every page is there, references included, and nothing asks the network", () => {
  expect(pageFiles()).toEqual(
    expect.arrayContaining(["README.md", "docs/reference/commands.md", "docs/reference/errors.md"]),
  );
  for (const file of pageFiles()) {
    const html = readFileSync(join(out, addressOf(file)), "utf8");
    expect(html).toContain("<h1 id=");
    expect(html).not.toMatch(/(src|<link[^>]*href)="(https?:)?\/\//);
  }
  for (const asset of ["site.css", "site.js", "search-index.js", "inter.woff2"])
    expect(existsSync(join(out, "assets", asset)), asset).toBe(true);
  expect(existsSync(join(out, "picture.svg"))).toBe(true);
});

test("the search finds a heading of another page", () => {
  const script = readFileSync(join(out, "assets/search-index.js"), "utf8");
  const text = JSON.parse(script.slice("window.ftSearchIndex=".length, -2)) as string;
  const index = MiniSearch.loadJSON(text, searchOptions);
  const addresses = index
    .search("train resume", { prefix: true })
    .map(({ address }) => String(address));
  expect(addresses).toContain("reference/commands.html#ft-train-resume");
});

test("headings have the names that GitHub gives them", () => {
  const slug = slugger();
  expect(["What's a run?", "Loss, of a step", "What's a run?"].map((text) => slug(text))).toEqual([
    "whats-a-run",
    "loss-of-a-step",
    "whats-a-run-1",
  ]);
});

test("links lead to pages of the site; what it does not hold is named without a link", () => {
  const text =
    "# A\n\n[b](b.md#x), [source](../src/core/errors.ts), [net](https://a.example)\n\n## Y\n";
  const { html, links } = renderPage("docs/a.md", text, new Set(["docs/a.md", "docs/b.md"]));
  expect(html).toContain('<a href="b.html#x">b</a>');
  expect(html).toContain(
    '<span class="source" title="in the sources: src/core/errors.ts">source</span>',
  );
  expect(html).toContain('rel="noreferrer"');
  expect(links).toEqual(["b.html#x"]);
});

test("a link to no page, or to no heading, is found out", () => {
  const files = new Set(["docs/a.md", "docs/b.md"]);
  const pages = new Map([
    ["a.html", renderPage("docs/a.md", "# A\n\n[b](b.md#x) [c](b.md#y) [d](#z)\n", files)],
    ["b.html", renderPage("docs/b.md", "# B\n\n## X\n", files)],
  ]);
  expect(brokenLinks(pages)).toEqual([
    "a.html: b.html#y: no heading y",
    "a.html: #z: no heading z",
  ]);
});

test("a page that no group has is refused", () => {
  expect(() => placed([...pageFiles(), "docs/new.md"])).toThrow("docs/new.md");
});
