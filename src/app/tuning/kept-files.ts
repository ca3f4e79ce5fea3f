import { randomBytes } from "node:crypto";
// Files that clients of the tuning API hand in: kept whole under FT_HOME, each in a folder of its own with what is known
// of it beside. Looks into none of them.
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-files.ts";
import { makeFolders } from "../../core/folders.ts";
import { type Environment, ftHome } from "../../core/paths.ts";
import { unknownFile } from "./tuning-errors.ts";

const KeptFile = z.object({
  id: z.string(),
  name: z.string(),
  purpose: z.string(),
  bytes: z.int().nonnegative(),
  /** Milliseconds since 1970. */
  createdAt: z.int(),
});

export type KeptFile = z.infer<typeof KeptFile>;

const FACTS = "file.json";
const CONTENT = "content.jsonl";

const folderOf = (environment: Environment): string => join(ftHome(environment), "files");

const idForm = /^file-[0-9a-f]{24}$/;

/** Where its content is. Throws UsageError FT-TUNING-001 for an id that there is not. */
export function contentPath(environment: Environment, id: string): string {
  const path = join(folderOf(environment), id, CONTENT);
  if (!idForm.test(id) || !existsSync(path)) throw unknownFile(id);
  return path;
}

function read(folder: string): KeptFile | undefined {
  try {
    return KeptFile.parse(JSON.parse(readFileSync(join(folder, FACTS), "utf8")));
  } catch {
    return undefined; // being written, or being removed
  }
}

/** Throws UsageError FT-TUNING-001. */
export function readKeptFile(environment: Environment, id: string): KeptFile {
  const found = idForm.test(id) ? read(join(folderOf(environment), id)) : undefined;
  if (found === undefined) throw unknownFile(id);
  return found;
}

/** Newest first. */
export function listKeptFiles(environment: Environment): KeptFile[] {
  const folder = folderOf(environment);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => idForm.test(name)) : [];
  const files = names.map((name) => read(join(folder, name))).filter((file) => file !== undefined);
  return files.toSorted((a, b) => b.createdAt - a.createdAt || b.id.localeCompare(a.id));
}

/** Keeps a file whole, or nothing of it. The stream is bounded by whoever hands it in. */
export async function keepFile(
  environment: Environment,
  content: Readable,
  { name, purpose }: { name: string; purpose: string },
): Promise<KeptFile> {
  const id = `file-${randomBytes(12).toString("hex")}`;
  const folder = join(folderOf(environment), id);
  makeFolders(folder);
  try {
    const path = join(folder, CONTENT);
    const part = `${path}.part`;
    await pipeline(content, createWriteStream(part, { mode: 0o600, flags: "wx" }));
    const { size: bytes } = await stat(part);
    await rename(part, path);
    const file = { id, name, purpose, bytes, createdAt: Date.now() };
    await writeFileAtomic(join(folder, FACTS), `${JSON.stringify(file)}\n`);
    return file;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A stream of what is in it. Throws UsageError FT-TUNING-001. */
export const openKeptFile = (environment: Environment, id: string): Readable =>
  createReadStream(contentPath(environment, id));

/** Throws UsageError FT-TUNING-001. */
export async function deleteKeptFile(environment: Environment, id: string): Promise<void> {
  readKeptFile(environment, id);
  await rm(join(folderOf(environment), id), { recursive: true, force: true });
}
