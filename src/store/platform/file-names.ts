// Where the files of datasets lie and what they are called: `{domain}_{timestamp}.jsonl`, `{original}_improved.jsonl`.
import { existsSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { type Environment, expandHome, ftHome } from "../../core/paths.ts";
import type { Database } from "../store.ts";
import { fileStamp } from "./timestamps.ts";

/** DATA_DIR, else `datasets` in the user's data folder. */
export function datasetsFolder(environment: Environment = process.env): string {
  const own = environment["DATA_DIR"];
  return own ? resolve(expandHome(own)) : join(ftHome(environment), "datasets");
}

/** Of the 255 that file systems take: a time, `_improved_2.jsonl` and what names a temporary file come behind it. */
const mostSlugBytes = 120;

/** Whole signs of a text within so many bytes. */
function cutTo(text: string, bytes: number): string {
  let cut = "";
  for (const sign of text.slice(0, 80)) {
    if (Buffer.byteLength(cut + sign) > bytes) break;
    cut += sign;
  }
  return cut;
}

/** Letters and digits of any script, joined by underscores: "Sales & Negotiation" is `sales_negotiation`. */
export function slugOf(domain: string): string {
  const words =
    domain
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return cutTo(words.join("_"), mostSlugBytes) || "custom";
}

async function isTaken(db: Database, path: string): Promise<boolean> {
  if (existsSync(path)) return true;
  const row = await db
    .selectFrom("datasets")
    .select("id")
    .where("file_path", "=", path)
    .executeTakeFirst();
  return row !== undefined;
}

/** The name of a new file of `domain`. Of two in one second the later takes the next second that is free. */
export async function newFilePath(
  db: Database,
  { folder, domain, now }: { folder: string; domain: string; now: number },
): Promise<string> {
  for (let at = now; ; at += 1000) {
    const path = join(resolve(folder), `${slugOf(domain)}_${fileStamp(at)}.jsonl`);
    if (!(await isTaken(db, path))) return path;
  }
}

/** What the improved set of a file is called: `x_improved.jsonl`, then `x_improved_2.jsonl`. */
export async function improvedFilePath(db: Database, original: string): Promise<string> {
  const stem = basename(original, extname(original));
  for (let number = 1; ; number++) {
    const end = number === 1 ? "" : `_${number}`;
    const path = join(dirname(resolve(original)), `${stem}_improved${end}.jsonl`);
    if (!(await isTaken(db, path))) return path;
  }
}
