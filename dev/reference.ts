// Writes the pages that are made from the sources, or with --check fails when one is stale.
//   make reference
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stalePages } from "./reference/pages.ts";

const read = (file: string): string => (existsSync(file) ? readFileSync(file, "utf8") : "");

const stale = stalePages(read);
if (process.argv.includes("--check")) {
  for (const page of stale.keys()) console.log(`${page} is not as the sources say: make reference`);
  process.exitCode = stale.size === 0 ? 0 : 1;
} else {
  for (const [page, text] of stale) {
    mkdirSync(path.dirname(page), { recursive: true });
    writeFileSync(page, text);
    console.log(page);
  }
}
