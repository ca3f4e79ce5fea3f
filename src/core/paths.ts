// Where things live: the user's data folder, the home sign, and the program's own.
// Creates nothing; callers make the folders they write to.
import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's home folder; where HOME is set to nothing, what the system knows of the user, not the working folder. */
function home(): string {
  return isAbsolute(homedir()) ? homedir() : userInfo().homedir;
}

/**
 * `~` and `~/x` become the user's home folder; anything else, `~other` too, is returned unchanged.
 */
export function expandHome(path: string): string {
  if (path === "~") return home();
  return path.startsWith("~/") || path.startsWith("~\\") ? join(home(), path.slice(2)) : path;
}

/**
 * The folder of the run index, caches and the user configuration: FT_HOME, else XDG_DATA_HOME/ft,
 * else ~/.local/share/ft. A relative XDG_DATA_HOME is ignored, as the XDG Base Directory
 * Specification asks.
 */
export function ftHome(environment: Environment = process.env): string {
  const own = environment["FT_HOME"];
  if (own) return resolve(expandHome(own));
  const xdg = environment["XDG_DATA_HOME"] ?? "";
  return join(isAbsolute(xdg) ? xdg : join(home(), ".local", "share"), "ft");
}

/**
 * The installed package: where `configs/` and `data/` are shipped. The same from src/ and from
 * dist/.
 */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}
