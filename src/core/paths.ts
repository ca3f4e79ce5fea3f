// Where things live: the user's data folder, and the folder the program itself is installed in.
// Creates nothing; callers make the folders they write to.
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export type Environment = Readonly<Record<string, string | undefined>>;

/** FT_HOME, else `ft` in the XDG data folder: run index, user configuration. */
export function ftHome(environment: Environment = process.env): string {
  if (environment["FT_HOME"]) return resolve(environment["FT_HOME"]);
  const data = environment["XDG_DATA_HOME"] || join(homedir(), ".local", "share");
  return join(data, "ft");
}

/** The installed package: where `configs/` and `data/` are shipped. The same from src/ and from dist/. */
export function packageRoot(): string {
  return fileURLToPath(new URL("../..", import.meta.url));
}
