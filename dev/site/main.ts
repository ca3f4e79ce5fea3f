// `make docs [OUT=DIR]`: writes the site and says where it is.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSite } from "./build.ts";

const out = resolve(process.argv[2] || "build/site");
const { pages, links } = await buildSite(out);
process.stdout.write(
  `${pages} pages, ${links} links checked\n${pathToFileURL(`${out}/index.html`).href}\n`,
);
