// What a browser's cookie carries: the same after the studio was started again, so that a page that is open comes back by
// itself. Made from a secret that a file of its owner keeps; who removes the file ends what was open.
import { createHmac, randomBytes } from "node:crypto";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic-files.ts";
import { makeFolders } from "../core/folders.ts";
import { type Environment, ftHome } from "../core/paths.ts";

const secretLength = 43;

/** The studio's secret, made at the first start. */
export async function sessionSecret(environment: Environment): Promise<string> {
  const folder = join(ftHome(environment), "studio");
  const file = join(folder, "session-secret");
  const kept = (await readFile(file, "utf8").catch(() => "")).trim();
  if (kept.length === secretLength) return kept;
  const made = randomBytes(32).toString("base64url");
  makeFolders(folder);
  await writeFileAtomic(file, `${made}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return made;
}

/** Of the pages at one port: two studios on one machine do not open each other's. */
export const cookieValue = (secret: string, port: number): string =>
  createHmac("sha256", secret).update(`pages ${port}`).digest("base64url");
