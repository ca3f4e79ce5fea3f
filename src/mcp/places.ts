// Which files an assistant may name: those below the folders that the person gave, wherever links lead.
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { expandHome } from "../core/paths.ts";
import { outside } from "./mcp-errors.ts";

/** A path with links followed, as far as it is there. */
function real(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(real(parent), basename(path));
}

const isBelow = (path: string, root: string): boolean => {
  const way = relative(root, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || resolve(way) === way);
};

export class Places {
  readonly #roots: readonly string[];

  /** The first is where relative paths begin. */
  constructor(roots: readonly [string, ...string[]]) {
    this.#roots = roots.map((root) => real(resolve(expandHome(root))));
  }

  /** The whole path. Throws UsageError FT-MCP-001 for one that is, or leads, elsewhere. */
  file(name: string): string {
    const path = resolve(this.#roots[0] ?? "", expandHome(name));
    if (name.includes("\0") || !this.#roots.some((root) => isBelow(real(path), root))) {
      throw outside(name, this.#roots);
    }
    return path;
  }

  /** A model, a set or a template by its id or name as it is; a path, or what looks like one, as `file` has it. */
  named(name: string): string {
    const isName =
      /^[\p{L}\p{N}_][\p{L}\p{N}._-]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}._-]*)?(?:@\w+)?$/u.test(name);
    const there = resolve(this.#roots[0] ?? "", name);
    return isName && !existsSync(there) ? name : this.file(name);
  }
}
