// Lays a platform's package out in a folder: the addon, its libraries, licences, a bill of materials. Nothing in it may
// name the machine that built it. npm makes the tarball of it, in pack.ts.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { type BilledPart, platformBill } from "./bill.ts";
import { type Manifest, platformManifest } from "./manifests.ts";
import { type Part, type Platform, platformName } from "./platforms.ts";
import { runPath, withRunPath } from "./run-path.ts";

/** Paths from `root` that match; a `*` stands for any part of one name. */
export function matches(root: string, pattern: string): string[] {
  let found = [""];
  for (const segment of pattern.split("/")) {
    const fits = new RegExp(
      `^${segment
        .split("*")
        .map((text) => text.replaceAll(/[.+]/g, String.raw`\$&`))
        .join(".*")}$`,
    );
    found = found.flatMap((folder) => {
      const here = join(root, folder);
      if (!segment.includes("*"))
        return existsSync(join(here, segment)) ? [join(folder, segment)] : [];
      const names = existsSync(here) ? readdirSync(here) : [];
      return names.filter((name) => fits.test(name)).map((name) => join(folder, name));
    });
  }
  return found.toSorted();
}

function only(root: string, pattern: string): string {
  const [first, ...more] = matches(root, pattern);
  if (first === undefined || more.length > 0)
    throw new RangeError(
      `${pattern}: ${more.length + (first === undefined ? 0 : 1)} matches, not one`,
    );
  return first;
}

/** The first thing that has to be built or fetched before a platform can be packed; undefined: all is there. */
export function missingFor(clone: string, { addon, parts }: Platform): string | undefined {
  const wanted = parts.flatMap(({ files, licenceText }) => [...Object.keys(files), licenceText]);
  return [addon, ...wanted].find((pattern) => matches(clone, pattern).length === 0);
}

/** A version as a part gives it: as it stands, of a package.json, or in the name of a wheel's `.dist-info`. */
function versionOf(clone: string, { version }: Part): string {
  if (!version.includes("/")) return version;
  const place = only(clone, version);
  if (place.endsWith(".json"))
    return (JSON.parse(readFileSync(join(clone, place), "utf8")) as { version: string }).version;
  return /-([0-9][0-9.]*)\.dist-info$/.exec(place)?.[1] ?? "unknown";
}

/** Copies the files of a part; where they are afterwards, from the package's root. */
function copyPart(clone: string, folder: string, part: Part): string[] {
  return Object.entries(part.files).map(([from, to]) => {
    const source = only(clone, from);
    const target = to.endsWith("/") ? `${to}${basename(source)}` : to;
    mkdirSync(dirname(join(folder, target)), { recursive: true });
    copyFileSync(join(clone, source), join(folder, target));
    return target;
  });
}

/** What must not stand in any file: the clone's folder, and the home folder of whoever packs. */
export function machinePaths(clone: string): string[] {
  return [clone.replace(/\/$/, ""), homedir()].filter((path) => path.length > 1);
}

/** The newest version of each of the system's libraries that the files ask for: `GLIBC 2.35`. */
export function systemNeeds(files: readonly string[]): string[] {
  const newest = new Map<string, string>();
  const numbers = (version: string): number[] => version.split(".").map(Number);
  const isNewer = (one: string, other: string): boolean => {
    const [a, b] = [numbers(one), numbers(other)];
    const at = a.findIndex((part, index) => part !== (b[index] ?? 0));
    return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
  };
  for (const file of files) {
    const text = readFileSync(file, "latin1");
    for (const [, library = "", version = ""] of text.matchAll(
      /\0(GLIBC|GLIBCXX)_(\d+(?:\.\d+)+)(?=\0)/g,
    )) {
      const known = newest.get(library);
      if (known === undefined || isNewer(version, known)) newest.set(library, version);
    }
  }
  return [...newest].map(([library, version]) => `${library} ${version}`).toSorted();
}

/** @throws RangeError when a file names the machine. */
export function refuseMachinePaths(
  folder: string,
  files: readonly string[],
  paths: readonly string[],
): void {
  for (const file of files) {
    const bytes = readFileSync(join(folder, file));
    const found = paths.find((path) => bytes.includes(`${path}/`));
    if (found !== undefined)
      throw new RangeError(`${file} names ${found}, a folder of this machine`);
  }
}

function copyAddon(clone: string, folder: string, { addon, libraries }: Platform): void {
  const bytes = readFileSync(join(clone, addon));
  const changed = libraries === undefined ? bytes : withRunPath(bytes, libraries);
  if (libraries !== undefined && runPath(changed) !== libraries) throw new RangeError("run path");
  writeFileSync(join(folder, "ft_native.node"), changed, { mode: 0o755 });
}

function licencesPage(title: string, parts: readonly BilledPart[]): string {
  const rows = parts.map(
    ({ name, version, licence, files }) =>
      `| ${name} | ${version} | ${licence} | ${files.join(", ") || "compiled into ft_native.node"} | licences/${name}.txt |`,
  );
  return [
    `# Licences of ${title}`,
    "",
    "The addon itself is under the MIT licence (LICENSE). Each library is a file of its own and may be replaced.",
    "",
    "| part | version | licence | files | text |",
    "|---|---|---|---|---|",
    ...rows,
    "",
    "Sources: MLX https://github.com/ml-explore/mlx, LAPACK https://www.netlib.org/lapack,",
    "libgfortran and libquadmath https://gcc.gnu.org, OpenBLAS https://github.com/OpenMathLib/OpenBLAS,",
    "node-addon-api https://github.com/nodejs/node-addon-api.",
    "",
  ].join("\n");
}

const expression = (licence: string): string =>
  / WITH /.test(licence) && !licence.includes("(") ? `(${licence})` : licence;

/** Of the addon and all parts, as one expression. */
function wholeLicence(parts: readonly BilledPart[]): string {
  const single = parts.flatMap(({ licence }) => licence.split(" AND ")).map(expression);
  return [...new Set(["MIT", ...single])].join(" AND ");
}

export interface LaidOut {
  name: string;
  /** What the system must have. */
  needs: string[];
}

/** Fills `folder`, which is empty, with the package of a platform. */
export function layOutPlatform(
  clone: string,
  main: Manifest,
  platform: Platform,
  folder: string,
): LaidOut {
  mkdirSync(join(folder, "licences"), { recursive: true });
  copyAddon(clone, folder, platform);
  const parts = platform.parts.map((part): BilledPart => {
    const files = copyPart(clone, folder, part);
    copyFileSync(
      join(clone, only(clone, part.licenceText)),
      join(folder, "licences", `${part.name}.txt`),
    );
    return { ...part, version: versionOf(clone, part), files };
  });
  const licence = wholeLicence(parts);
  const addon = {
    ...{ name: "ft_native", version: main.version, purl: "pkg:generic/ft_native" },
    ...{ licence: "MIT", files: ["ft_native.node"] },
  };
  const manifest = platformManifest(main, platform, licence);
  const name = String(manifest["name"]);
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  const bill = platformBill(folder, { name, version: main.version, licence }, [addon, ...parts]);
  const files = [addon, ...parts].flatMap((part) => part.files);
  const needs = systemNeeds(files.map((file) => join(folder, file)));
  writeFileSync(join(folder, "package.json"), json(manifest));
  writeFileSync(join(folder, "sbom.cdx.json"), json(bill));
  writeFileSync(join(folder, "LICENCES.md"), licencesPage(name, parts));
  writeFileSync(join(folder, "README.md"), readme(name, main.name, platform, needs));
  copyFileSync(join(clone, "LICENSE"), join(folder, "LICENSE"));
  refuseMachinePaths(folder, files, machinePaths(clone));
  return { name, needs };
}

function readme(name: string, main: string, platform: Platform, needs: readonly string[]): string {
  const asks =
    needs.length === 0 ? "macOS 14 or newer" : `a system with ${needs.join(" and ")} or newer`;
  return `# ${name}

The native addon of ${main} for ${platformName(platform)}, with the libraries it loads. npm installs it beside ${main}
where it fits. It asks for ${asks}, and compiles nothing.

LICENCES.md lists what is inside, sbom.cdx.json the same for programs (CycloneDX).
`;
}
