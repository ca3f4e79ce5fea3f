// Node releases to try the packages with, from npm: a folder each that holds `node` and `npm` and nothing else. Kept in
// .local/nodes, and fetched once.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

/** Major versions of Node, each with the npm that it brings. */
export const NODES: Readonly<Record<string, string>> = { "20": "10", "22": "10", "24": "11" };

/** Unpacks a package of npm's into `folder`, unless it is there. */
function unpacked(specification: string, folder: string): void {
  if (existsSync(join(folder, "package.json"))) return;
  mkdirSync(folder, { recursive: true });
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, specification]);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "";
  execFileSync("tar", ["-xzf", join(folder, tarball), "-C", folder, "--strip-components", "1"]);
  rmSync(join(folder, tarball));
}

/** The folder for a PATH that holds this Node, its npm, and nothing else. */
export function nodeFolder(clone: string, major: string): string {
  const all = join(clone, ".local/nodes");
  const npm = NODES[major] ?? "11";
  unpacked(`node-${process.platform}-${process.arch}@${major}`, join(all, `node-${major}`));
  unpacked(`npm@${npm}`, join(all, `npm-${npm}`));
  const folder = join(all, `path-${major}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  symlinkSync(join(all, `node-${major}/bin/node`), join(folder, "node"));
  symlinkSync(join(all, `npm-${npm}/bin/npm-cli.js`), join(folder, "npm"));
  return folder;
}
