// Makes the pages of docs/ into a site that needs no server and no network: plain HTML, one style, one script, a font and a
// search index, all beside the pages. VitePress and Starlight were weighed: docs/packages.md says why not.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import MiniSearch from "minisearch";
import { documentOf, type Placed } from "./layout.ts";
import { brokenLinks } from "./links.ts";
import { addressOf, type Page, renderPage } from "./markdown.ts";
import { type Entry, searchOptions } from "./search.ts";
import { placed } from "./sections.ts";

const clone = fileURLToPath(new URL("../../", import.meta.url));
const font = "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2";

/** Every page, from the clone's root. */
export function pageFiles(): string[] {
  const inDocs = readdirSync(join(clone, "docs"), { recursive: true, encoding: "utf8" });
  const pages = inDocs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`);
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pages].toSorted();
}

function searchIndex(pages: ReadonlyMap<string, Page>): string {
  const index = new MiniSearch<Entry>(searchOptions);
  let id = 0;
  for (const [address, { title: page, passages }] of pages) {
    for (const { id: anchor, title, text } of passages) {
      const place = anchor === "" ? address : `${address}#${anchor}`;
      index.add({ id: id++, address: place, title, page, text });
    }
  }
  return `window.ftSearchIndex=${JSON.stringify(JSON.stringify(index))};\n`;
}

function write(out: string, name: string, content: string): void {
  const file = join(out, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

async function writeAssets(out: string, pages: ReadonlyMap<string, Page>): Promise<void> {
  const here = (name: string): string => join(clone, "dev/site", name);
  mkdirSync(join(out, "assets"), { recursive: true });
  copyFileSync(here("site.css"), join(out, "assets/site.css"));
  copyFileSync(createRequire(import.meta.url).resolve(font), join(out, "assets/inter.woff2"));
  write(out, "assets/search-index.js", searchIndex(pages));
  await bundle({
    ...{ entryPoints: [here("client/client.ts")], outfile: join(out, "assets/site.js") },
    ...{ bundle: true, minify: true, format: "iife", target: "es2022", logLevel: "warning" },
  });
}

export interface Built {
  pages: number;
  links: number;
}

/**
 * Writes the site into `out`, which is emptied first.
 * @throws RangeError when a page has no place, or a link leads nowhere.
 */
export async function buildSite(out: string): Promise<Built> {
  const files = pageFiles();
  const known = new Set(files);
  const rendered = new Map(
    files.map((file) => [file, renderPage(file, readFileSync(join(clone, file), "utf8"), known)]),
  );
  const sections: Placed[] = placed(files).map(({ title, pages }) => ({
    title,
    pages: pages.map((file) => ({
      file,
      title: file === "README.md" ? "What it is" : rendered.get(file)?.title || file,
    })),
  }));
  const byAddress = new Map([...rendered].map(([file, page]) => [addressOf(file), page]));
  const broken = brokenLinks(byAddress);
  if (broken.length > 0) throw new RangeError(`links that lead nowhere:\n${broken.join("\n")}`);
  rmSync(out, { recursive: true, force: true });
  for (const [file, page] of rendered) {
    write(out, addressOf(file), documentOf(file, page, sections));
    for (const picture of page.pictures) {
      const target = join(out, picture.replace(/^docs\//, ""));
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(clone, picture), target);
    }
  }
  await writeAssets(out, byAddress);
  return {
    pages: rendered.size,
    links: [...rendered.values()].flatMap(({ links }) => links).length,
  };
}
