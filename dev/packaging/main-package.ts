// Lays the main package out in a folder: the compiled program, configurations, shipped data, a bill of materials, and the
// licences of the packages that are bundled into the program. The addon is in the platforms' packages.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { bundledPackages } from "../bundle/bundle.ts";
import { mainBill } from "./bill.ts";
import { mainManifest, type Manifest } from "./manifests.ts";

/** Source maps lead to sources that are not shipped; results and marks of builds are this clone's own. */
const isLeftOut = (path: string): boolean =>
  /\.map$|^dist\/\.sources$|^data\/(testing|cache)(\/|$)/.test(path);

function licenceOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^licen[cs]e(\.(md|txt))?$/i.test(name));
  if (file === undefined) throw new RangeError(`${folder} has no licence`);
  return readFileSync(join(folder, file), "utf8").trimEnd();
}

function bundledLicences(clone: string): string {
  const texts = bundledPackages.map(
    (name) => `## ${name}\n\n${licenceOf(join(clone, "node_modules", name))}\n`,
  );
  return ["# Licences of packages inside dist/program", "", ...texts].join("\n");
}

/** Fills `folder`, which is empty. What is built has to be built. */
export function layOutMain(clone: string, manifest: Manifest, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of manifest.files) {
    if (!existsSync(join(clone, name))) throw new RangeError(`${name} is not there`);
    cpSync(join(clone, name), join(folder, name), {
      recursive: true,
      filter: (from) => !isLeftOut(relative(clone, from)),
    });
  }
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(join(folder, "package.json"), json(mainManifest(manifest)));
  writeFileSync(join(folder, "sbom.cdx.json"), json(mainBill(clone, manifest.name)));
  writeFileSync(join(folder, "dist/program/licences.md"), bundledLicences(clone));
  copyFileSync(join(clone, "docs/licences.md"), join(folder, "LICENCES.md"));
}
