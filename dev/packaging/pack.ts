// Writes the tarballs of a release into a folder: the main package, and one for each platform whose addon is built here.
// Publishes nothing.
//   make pack OUT=DIR
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { layOutMain } from "./main-package.ts";
import type { Manifest } from "./manifests.ts";
import { layOutPlatform, missingFor } from "./platform-package.ts";
import { platformName, platformsOf } from "./platforms.ts";

const clone = fileURLToPath(new URL("../../", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Packed {
  filename: string;
  size: number;
  unpackedSize: number;
  entryCount: number;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function packedOf(text: string): Packed {
  const answer = JSON.parse(text) as Packed[] | Record<string, Packed>;
  const [first] = Array.isArray(answer) ? answer : Object.values(answer);
  if (first === undefined) throw new RangeError("npm pack named no file");
  return first;
}

/** The tarball of a folder, in `out`. */
function packFolder(folder: string, out: string): void {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  const answer = execFileSync("npm", args, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });
  const { filename, unpackedSize, entryCount } = packedOf(answer);
  const { size } = statSync(join(out, filename));
  say(`${filename}  ${megabytes(size)}, ${megabytes(unpackedSize)} unpacked, ${entryCount} files`);
}

function pack(out: string): void {
  const manifest = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as Manifest;
  const stage = mkdtempSync(join(tmpdir(), "ft-pack-"));
  mkdirSync(out, { recursive: true });
  try {
    layOutMain(clone, manifest, join(stage, "main"));
    packFolder(join(stage, "main"), out);
    for (const platform of platformsOf(process.platform, process.arch)) {
      const name = platformName(platform);
      const missing = missingFor(clone, platform);
      if (missing !== undefined) {
        say(`${name}: left out, ${missing} is not there`);
        continue;
      }
      const { needs } = layOutPlatform(clone, manifest, platform, join(stage, name));
      packFolder(join(stage, name), out);
      if (needs.length > 0) say(`  needs ${needs.join(", ")}`);
    }
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

const [out] = process.argv.slice(2);
if (out === undefined || out === "") {
  process.stderr.write("pack: say where: make pack OUT=DIR\n");
  process.exitCode = 2;
} else pack(resolve(out));
